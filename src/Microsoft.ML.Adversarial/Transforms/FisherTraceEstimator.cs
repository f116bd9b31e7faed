using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Fisher;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// Makes a <see cref="FisherTraceTransformer"/>. Fitting learns nothing from the data: it finds the network, either the one it was given
/// or the one that a score column carries. Where a layer of it makes scoring slow, a warning in the log names it.
/// </summary>
public sealed class FisherTraceEstimator : IEstimator<FisherTraceTransformer>
{
    private const string Step = "FisherTrace";

    private readonly IHostEnvironment _env;
    private readonly NetworkSource _source;
    private readonly string _outputColumnName;
    private readonly FisherTraceMethod _method;

    internal FisherTraceEstimator(IHostEnvironment env, NetworkSource source, string outputColumnName, FisherTraceMethod method)
    {
        ColumnNames.Require(outputColumnName);
        (_env, _source, _outputColumnName, _method) = (env, source, outputColumnName, method);
    }

    /// <inheritdoc/>
    public FisherTraceTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var classifier = _source.Find(input.Schema, Step);
        NetworkSource.WarnOfSlowLayers(_env, classifier, Step);
        var transformer = new FisherTraceTransformer(classifier, _outputColumnName, _method);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        _source.RequireIn(inputSchema, Step);
        return inputSchema.With(ShapeExtensions.Scalar(_outputColumnName, NumberDataViewType.Single));
    }
}
