using Microsoft.ML.Adversarial.Certification;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// Makes a <see cref="SmoothedPredictionTransformer"/>. Fitting learns nothing from the data: it finds the network, either the one it was given
/// or the one that a score column carries.
/// </summary>
public sealed class SmoothedPredictionEstimator : IEstimator<SmoothedPredictionTransformer>
{
    internal const string Step = "SmoothedPrediction";

    private readonly NetworkSource _source;
    private readonly RandomizedSmoothing _smoothing;
    private readonly SmoothingColumns _columns;
    private readonly long _seed;

    internal SmoothedPredictionEstimator(NetworkSource source, RandomizedSmoothing smoothing, SmoothingColumns columns, long seed)
    {
        columns.Validate();
        (_source, _smoothing, _columns, _seed) = (source, smoothing, columns, seed);
    }

    /// <inheritdoc/>
    public SmoothedPredictionTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var transformer = new SmoothedPredictionTransformer(_source.Find(input.Schema, Step), _smoothing, _columns, _seed);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        _source.RequireIn(inputSchema, Step);
        return inputSchema.With(
            ShapeExtensions.Key(_columns.Label, _source.KeyAnnotations(inputSchema)),
            ShapeExtensions.Scalar(_columns.Radius, NumberDataViewType.Single));
    }
}
