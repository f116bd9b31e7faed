using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Explanations;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Data;

namespace Microsoft.ML;

public static partial class AdversarialCatalog
{
    /// <summary>
    /// Adds how much each feature has to do with an output of the network: a vector of the feature column's type, by default the gradient of the
    /// predicted class's logit. Put it after a NeuralNetwork trainer in the same pipeline: the network comes with the score column.
    /// </summary>
    /// <remarks>Random draws, as <see cref="SmoothGrad"/> has, depend on the seed of the MLContext and the row's id.</remarks>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="outputColumnName">The column that is added.</param>
    /// <param name="attribution">
    /// The gradient itself, or what is made of it, such as <c>new IntegratedGradients()</c>; null for <see cref="Adversarial.Explanations.InputGradient"/>.
    /// </param>
    /// <param name="output">What is explained; null for the logit of the predicted class.</param>
    /// <param name="scoreColumnName">The score column of the network.</param>
    /// <param name="labelColumnName">
    /// The label, read only where <paramref name="output"/> is about it: a key, matched by value, or a Boolean for a binary network.
    /// </param>
    public static InputGradientEstimator InputGradient(
        this TransformsCatalog catalog, string outputColumnName = "InputGradient", GradientAttribution? attribution = null,
        ExplainedOutput? output = null, string scoreColumnName = "Score", string labelColumnName = "Label") =>
        InputGradient(catalog, NetworkSource.OfScores(scoreColumnName), outputColumnName, attribution, output, labelColumnName);

    /// <summary>
    /// Adds how much each feature has to do with an output of the network of an already fitted model. The features are those that the network
    /// itself reads: behind input transformations, the transformed ones.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="model">A fitted model with a network; the last one in it is used. Earlier steps must have been applied to the data.</param>
    /// <param name="outputColumnName">The column that is added, a vector of the feature column's type.</param>
    /// <param name="attribution">How the output is attributed to the features; null for its gradient.</param>
    /// <param name="output">What is explained; null for the logit of the predicted class.</param>
    /// <param name="labelColumnName">
    /// The label, read only where <paramref name="output"/> is about it: a key, matched by value, or a Boolean for a binary network.
    /// </param>
    /// <exception cref="ArgumentException">The model holds no network; says which step is missing.</exception>
    public static InputGradientEstimator InputGradient(
        this TransformsCatalog catalog, ITransformer model, string outputColumnName = "InputGradient", GradientAttribution? attribution = null,
        ExplainedOutput? output = null, string labelColumnName = "Label") =>
        InputGradient(
            catalog, NetworkSource.Of(ClassifierOfModel.Find(model, nameof(InputGradient)), nameof(InputGradient)), outputColumnName, attribution,
            output, labelColumnName);

    /// <summary>Adds how much each feature has to do with an output of a network that is at hand.</summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="classifier">The network; the caller keeps owning it.</param>
    /// <param name="featureColumnName">The features that the network reads, a vector of Single.</param>
    /// <param name="outputColumnName">The column that is added, a vector of the feature column's type.</param>
    /// <param name="attribution">How the output is attributed to the features; null for its gradient.</param>
    /// <param name="output">What is explained; null for the logit of the predicted class.</param>
    /// <param name="labelColumnName">
    /// The label, read only where <paramref name="output"/> is about it: a key of as many values as the network has classes, in the order of its
    /// classes.
    /// </param>
    public static InputGradientEstimator InputGradient(
        this TransformsCatalog catalog, NetworkClassifier classifier, string featureColumnName, string outputColumnName = "InputGradient",
        GradientAttribution? attribution = null, ExplainedOutput? output = null, string labelColumnName = "Label") =>
        InputGradient(
            catalog, NetworkSource.Of(ColumnClassifier.WithPlainKeys(classifier, featureColumnName), nameof(InputGradient)), outputColumnName,
            attribution, output, labelColumnName);

    /// <summary>
    /// Adds which two classes the network is torn between in each row, and why: gradients of their logits, and the features moved along each, as
    /// vectors and, where the network reads images, as images. What nobody reads is not computed. Put it after a NeuralNetwork trainer in the
    /// same pipeline: the network comes with the score column.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="settings">When logits are confusing, and how far inputs are moved; null for the defaults.</param>
    /// <param name="columns">The columns that are added; null for all but images under their default names.</param>
    /// <param name="scoreColumnName">The score column of the network.</param>
    public static ConfusingLogitsEstimator ConfusingLogits(
        this TransformsCatalog catalog, ConfusingLogits? settings = null, ConfusingLogitsColumns? columns = null, string scoreColumnName = "Score") =>
        ConfusingLogits(catalog, NetworkSource.OfScores(scoreColumnName), settings, columns);

    /// <summary>
    /// Adds which two classes the network of an already fitted model is torn between in each row, and why. The features are those that the
    /// network itself reads: behind input transformations, the transformed ones.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="model">A fitted model with a network; the last one in it is used. Earlier steps must have been applied to the data.</param>
    /// <param name="settings">When logits are confusing, and how far inputs are moved; null for the defaults.</param>
    /// <param name="columns">The columns that are added; null for all but images under their default names.</param>
    /// <exception cref="ArgumentException">The model holds no network; says which step is missing.</exception>
    public static ConfusingLogitsEstimator ConfusingLogits(
        this TransformsCatalog catalog, ITransformer model, ConfusingLogits? settings = null, ConfusingLogitsColumns? columns = null) =>
        ConfusingLogits(
            catalog, NetworkSource.Of(ClassifierOfModel.Find(model, nameof(ConfusingLogits)), nameof(ConfusingLogits)), settings, columns);

    /// <summary>Adds which two classes a network that is at hand is torn between in each row, and why.</summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="classifier">The network; the caller keeps owning it.</param>
    /// <param name="featureColumnName">The features that the network reads, a vector of Single.</param>
    /// <param name="settings">When logits are confusing, and how far inputs are moved; null for the defaults.</param>
    /// <param name="columns">The columns that are added; null for all but images under their default names.</param>
    public static ConfusingLogitsEstimator ConfusingLogits(
        this TransformsCatalog catalog, NetworkClassifier classifier, string featureColumnName, ConfusingLogits? settings = null,
        ConfusingLogitsColumns? columns = null) =>
        ConfusingLogits(
            catalog, NetworkSource.Of(ColumnClassifier.WithPlainKeys(classifier, featureColumnName), nameof(ConfusingLogits)), settings, columns);

    private static InputGradientEstimator InputGradient(
        TransformsCatalog catalog, NetworkSource source, string outputColumnName, GradientAttribution? attribution, ExplainedOutput? output,
        string labelColumnName)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var seed = CatalogUtils.GetEnvironment(catalog).Register(nameof(InputGradient)).Rand.Next();
        return new(
            source, attribution ?? new InputGradient(), output ?? ExplainedOutput.PredictedClass, outputColumnName, labelColumnName, seed);
    }

    private static ConfusingLogitsEstimator ConfusingLogits(
        TransformsCatalog catalog, NetworkSource source, ConfusingLogits? settings, ConfusingLogitsColumns? columns)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(source, settings ?? new(), columns ?? new());
    }
}
