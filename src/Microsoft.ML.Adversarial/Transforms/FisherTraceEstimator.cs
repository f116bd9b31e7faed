using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// Makes a <see cref="FisherTraceTransformer"/>. Fitting learns nothing from the data: it finds the network, either the one it was given
/// or the one that a score column carries.
/// </summary>
public sealed class FisherTraceEstimator : IEstimator<FisherTraceTransformer>
{
    private const string Step = "FisherTrace";

    private readonly string _outputColumnName;
    private readonly string? _scoreColumnName;
    private readonly ColumnClassifier? _classifier;

    internal FisherTraceEstimator(string outputColumnName, string scoreColumnName) =>
        (_outputColumnName, _scoreColumnName) = (outputColumnName, scoreColumnName);

    internal FisherTraceEstimator(string outputColumnName, ColumnClassifier classifier)
    {
        classifier.RequireNetwork(Step);
        (_outputColumnName, _classifier) = (outputColumnName, classifier);
    }

    /// <inheritdoc/>
    public FisherTraceTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var transformer = new FisherTraceTransformer(
            _classifier ?? ClassifierAnnotation.Find(input.Schema, _scoreColumnName!, Step), _outputColumnName);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        if (_classifier is null)
        {
            var score = inputSchema.FirstOrDefault(column => column.Name == _scoreColumnName);
            if (score.Name is null || !ClassifierAnnotation.IsPromisedBy(score))
            {
                throw ClassifierAnnotation.Missing(_scoreColumnName!, Step, score.Name is not null);
            }
        }
        else
        {
            RequiredColumn.Of(inputSchema, _classifier.FeatureColumnName, Step);
        }

        return inputSchema.With(ShapeExtensions.Scalar(_outputColumnName, NumberDataViewType.Single));
    }
}
