using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Explanations;
using Microsoft.ML.Adversarial.Pipeline;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// Makes an <see cref="InputGradientTransformer"/>. Fitting learns nothing from the data: it finds the network, either the one it was given or
/// the one that a score column carries.
/// </summary>
public sealed class InputGradientEstimator : IEstimator<InputGradientTransformer>
{
    internal const string Step = "InputGradient";

    private readonly NetworkSource _source;
    private readonly GradientAttribution _attribution;
    private readonly ExplainedOutput _output;
    private readonly string _outputColumnName;
    private readonly string _labelColumnName;
    private readonly long _seed;

    internal InputGradientEstimator(
        NetworkSource source, GradientAttribution attribution, ExplainedOutput output, string outputColumnName, string labelColumnName, long seed)
    {
        ColumnNames.Require(outputColumnName, labelColumnName);
        (_source, _attribution, _output) = (source, attribution, output);
        (_outputColumnName, _labelColumnName, _seed) = (outputColumnName, labelColumnName, seed);
    }

    /// <summary>Binds the attribution to the columns.</summary>
    /// <param name="input">A view with the columns; no row is read.</param>
    /// <exception cref="ArgumentException">
    /// The network, its features or the label are missing or do not fit, or the network has no such class as the output is about.
    /// </exception>
    public InputGradientTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var transformer = new InputGradientTransformer(
            _source.Find(input.Schema, Step), _attribution, _output, _outputColumnName, _labelColumnName, _seed);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        _source.RequireIn(inputSchema, Step);
        if (_output.NeedsLabels)
        {
            var label = RequiredColumn.Of(inputSchema, _labelColumnName, Step);
            _source.KnownLabels?.RequireFit(label);
        }

        return inputSchema.With(ShapeExtensions.Vector(_outputColumnName, _source.FeatureAnnotations(inputSchema)));
    }
}
