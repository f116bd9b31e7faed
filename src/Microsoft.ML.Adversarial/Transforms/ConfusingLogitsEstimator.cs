using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Explanations;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// Makes a <see cref="ConfusingLogitsTransformer"/>. Fitting learns nothing from the data: it finds the network, either the one it was given or
/// the one that a score column carries.
/// </summary>
public sealed class ConfusingLogitsEstimator : IEstimator<ConfusingLogitsTransformer>
{
    internal const string Step = "ConfusingLogits";

    private readonly NetworkSource _source;
    private readonly ConfusingLogits _settings;
    private readonly ConfusingLogitsColumns _columns;

    internal ConfusingLogitsEstimator(NetworkSource source, ConfusingLogits settings, ConfusingLogitsColumns columns)
    {
        columns.Validate();
        (_source, _settings, _columns) = (source, settings, columns);
    }

    /// <summary>Binds the step to the network and its features.</summary>
    /// <param name="input">A view with the columns; no row is read.</param>
    /// <exception cref="ArgumentException">
    /// The network or its features are missing or do not fit, or there are image columns and the network's inputs are no images.
    /// </exception>
    public ConfusingLogitsTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var transformer = new ConfusingLogitsTransformer(_source.Find(input.Schema, Step), _settings, _columns);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        _source.RequireIn(inputSchema, Step);
        var image = _source.KnownClassifier is { } known ? _columns.ImagesOf(known)?.Type : new ImageDataViewType();
        return inputSchema.With(_columns.Outputs().Select(output => output.Content switch
        {
            ConfusingLogitsContent.FirstClass or ConfusingLogitsContent.SecondClass =>
                ShapeExtensions.Key(output.Name, _source.KeyAnnotations(inputSchema)),
            ConfusingLogitsContent.LogitGap => ShapeExtensions.Scalar(output.Name, NumberDataViewType.Single),
            ConfusingLogitsContent.IsConfusing => ShapeExtensions.Scalar(output.Name, BooleanDataViewType.Instance),
            ConfusingLogitsContent.Vector => ShapeExtensions.Vector(output.Name, _source.FeatureAnnotations(inputSchema)),
            _ => ShapeExtensions.Scalar(output.Name, image!),
        }));
    }
}
