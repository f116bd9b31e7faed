using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Pipeline;

namespace Microsoft.ML.Adversarial.Persistence;

/// <summary>A classifier's place in a pipeline, as it is written; the network lies apart, once per file.</summary>
/// <param name="NetworkId">Names the network.</param>
/// <param name="FeatureColumnName">The column that it reads.</param>
/// <param name="Labels">How its classes appear as labels.</param>
/// <param name="Transformations">What makes that column, the first one first; null for nothing.</param>
internal sealed record ClassifierState(
    string NetworkId, string FeatureColumnName, ClassLabels Labels, IReadOnlyList<TransformationState>? Transformations = null) : ISavedState
{
    public static ClassifierState Save(ModelSaveContext context, ColumnClassifier classifier) => new(
        SharedNetworks.Save(context, classifier.Classifier), classifier.FeatureColumnName, classifier.Labels,
        classifier.Transformations.Count == 0 ? null : [.. classifier.Transformations.Select(TransformationState.Of)]);

    public void Validate()
    {
        ColumnNames.Require(FeatureColumnName);
        SharedNetworks.RequireId(NetworkId);
        Labels.Validate();
        foreach (var transformation in Transformations ?? [])
        {
            (transformation ?? throw new ArgumentException("Expected a transformation, got none.")).Validate();
        }
    }

    public ColumnClassifier Load(ModelLoadContext context)
    {
        var network = SharedNetworks.Load(context, NetworkId);
        if (Labels.Count != network.ClassCount)
        {
            throw new InvalidDataException($"Expected labels for {network.ClassCount} classes, as the network has, got {Labels.Count}. The model file is damaged.");
        }

        var classifier = new ColumnClassifier(network, FeatureColumnName, Labels)
        {
            Transformations = [.. (Transformations ?? []).Select(transformation => transformation.Create())],
        };
        try
        {
            classifier.WithTransformations();
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"The input transformations do not fit the network: {exception.Message} The model file is damaged.", exception);
        }

        return classifier;
    }
}
