using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Pipeline;

namespace Microsoft.ML.Adversarial.Persistence;

/// <summary>A classifier's place in a pipeline, as it is written; the network lies apart, once per file.</summary>
internal sealed record ClassifierState(string NetworkId, string FeatureColumnName, ClassLabels Labels) : ISavedState
{
    public static ClassifierState Save(ModelSaveContext context, ColumnClassifier classifier) =>
        new(SharedNetworks.Save(context, classifier.Classifier), classifier.FeatureColumnName, classifier.Labels);

    public void Validate()
    {
        ColumnNames.Require(FeatureColumnName);
        SharedNetworks.RequireId(NetworkId);
        Labels.Validate();
    }

    public ColumnClassifier Load(ModelLoadContext context)
    {
        var classifier = SharedNetworks.Load(context, NetworkId);
        return Labels.Count == classifier.ClassCount
            ? new(classifier, FeatureColumnName, Labels)
            : throw new InvalidDataException($"Expected labels for {classifier.ClassCount} classes, as the network has, got {Labels.Count}. The model file is damaged.");
    }
}
