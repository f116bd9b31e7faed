using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Trainers;

namespace Microsoft.ML;

public static partial class AdversarialCatalog
{
    /// <summary>
    /// Puts a network that exists already, one with weights from elsewhere, from ONNX or from TorchScript, into a pipeline. Adds
    /// PredictedLabel
    /// (key), Score (probabilities), Probability and Logits, as the trainer <c>NeuralNetwork</c> does; attacks and detectors find it
    /// there. It is
    /// saved and loaded with the chain, as it was read.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="classifier">
    /// The network, made from a <c>Network</c>, an <c>OnnxNetwork</c> or a <c>TorchScriptNetwork</c>; the caller keeps owning it.
    /// </param>
    /// <param name="featureColumnName">The features, a vector of Single with as many values as the network takes.</param>
    /// <param name="labelColumnName">
    /// A key column of the view that is fitted on, whose values are the classes in the network's order; null for none.
    /// </param>
    /// <param name="labels">The classes' names, in the network's order; null for classes that are numbered from 1.</param>
    /// <param name="predictedLabelColumnName">The predicted label that is added.</param>
    /// <param name="scoreColumnName">The probabilities that are added.</param>
    /// <param name="probabilityColumnName">The probability of the predicted label that is added.</param>
    /// <param name="logitsColumnName">The logits that are added.</param>
    public static NeuralNetworkEstimator NeuralNetwork(
        this TransformsCatalog catalog, NetworkClassifier classifier, string featureColumnName = "Features", string? labelColumnName = null,
        IReadOnlyList<string>? labels = null, string predictedLabelColumnName = "PredictedLabel", string scoreColumnName = "Score",
        string probabilityColumnName = "Probability", string logitsColumnName = "Logits")
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(
            classifier, featureColumnName, labelColumnName, labels,
            new(predictedLabelColumnName, scoreColumnName, probabilityColumnName, logitsColumnName));
    }
}
