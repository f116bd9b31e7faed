using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Transforms;

namespace Microsoft.ML;

public static partial class AdversarialCatalog
{
    /// <summary>
    /// Adds a detector's score of each row, a Single column that is higher for more suspicious rows. Put it after a NeuralNetwork trainer
    /// in the same pipeline: the network comes with the score column. Fitting reads clean rows with features and labels where the detector
    /// learns from them.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="detector">The detector and its settings, such as <c>new Mahalanobis()</c>.</param>
    /// <param name="outputColumnName">The column that is added; null for the name of the detector's class.</param>
    /// <param name="scoreColumnName">The score column of the network.</param>
    /// <param name="labelColumnName">
    /// The label of the clean rows, as the network was trained on: a key, or a Boolean for a binary network.
    /// </param>
    public static DetectorEstimator DetectorScore(
        this TransformsCatalog catalog, Detector detector, string? outputColumnName = null, string scoreColumnName = "Score",
        string labelColumnName = "Label")
    {
        ArgumentException.ThrowIfNullOrEmpty(scoreColumnName);
        var output = CheckDetector(catalog, detector, outputColumnName, labelColumnName);
        return new(detector, output, labelColumnName, NetworkSource.OfScores(scoreColumnName));
    }

    /// <summary>Adds a detector's score of each row on the network of an already fitted model.</summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="detector">The detector and its settings, such as <c>new Mahalanobis()</c>.</param>
    /// <param name="model">
    /// A fitted model with a network; the last one in it is used. Earlier steps must have been applied to the data.
    /// </param>
    /// <param name="outputColumnName">The column that is added; null for the name of the detector's class.</param>
    /// <param name="labelColumnName">
    /// The label of the clean rows, as the network was trained on: a key, or a Boolean for a binary network.
    /// </param>
    /// <exception cref="ArgumentException">The model holds no network; says which step is missing.</exception>
    public static DetectorEstimator DetectorScore(
        this TransformsCatalog catalog, Detector detector, ITransformer model, string? outputColumnName = null, string labelColumnName = "Label")
    {
        var output = CheckDetector(catalog, detector, outputColumnName, labelColumnName);
        var step = detector.GetType().Name;
        return new(detector, output, labelColumnName, NetworkSource.Of(ClassifierOfModel.Find(model, step), step));
    }

    /// <summary>Adds a detector's score of each row on a network that is at hand.</summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="detector">The detector and its settings, such as <c>new Mahalanobis()</c>.</param>
    /// <param name="classifier">The network; the caller keeps owning it.</param>
    /// <param name="featureColumnName">The features that the network reads, a vector of Single.</param>
    /// <param name="outputColumnName">The column that is added; null for the name of the detector's class.</param>
    /// <param name="labelColumnName">
    /// The label of the clean rows: a key of as many values as the network has classes, in the order of its classes.
    /// </param>
    public static DetectorEstimator DetectorScore(
        this TransformsCatalog catalog, Detector detector, NetworkClassifier classifier, string featureColumnName,
        string? outputColumnName = null, string labelColumnName = "Label")
    {
        var output = CheckDetector(catalog, detector, outputColumnName, labelColumnName);
        var source = NetworkSource.Of(ColumnClassifier.WithPlainKeys(classifier, featureColumnName), detector.GetType().Name);
        return new(detector, output, labelColumnName, source);
    }

    /// <summary>
    /// Adds a detector's score of what a classifier says of each row, a Single column that is higher for more suspicious rows. It reads the
    /// classifier's scores and nothing else, so any multiclass or binary classifier will do: LightGBM, SDCA, a network, one-versus-all.
    /// </summary>
    /// <remarks>
    /// A vector column holds the scores of all classes. Logarithms of probabilities are logits up to an offset that is lost, so that
    /// detectors that do not depend on it take both: maximum softmax probability, margin and entropy. <see cref="Energy"/> depends on it
    /// and refuses probabilities; give it the Logits column of a NeuralNetwork step. Raw scores, such as margins of an uncalibrated
    /// trainer, are taken for logits: the probabilities behind the detector's score are then their softmax, not the model's. In Single
    /// precision probabilities lose what logits keep below about 1e-38; a probability of 0 counts as the smallest Single. A column of
    /// single numbers is a binary classifier's: its Score, the log-odds of true or a margin, or its Probability, which has lost its digits
    /// where it is close to 1.
    /// </remarks>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="detector">The detector and its settings, such as <c>new MaximumSoftmaxProbability()</c>.</param>
    /// <param name="outputColumnName">The column that is added; null for the name of the detector's class.</param>
    /// <param name="scoreColumnName">
    /// The scores of a classifier: a vector of at least 2 Single, or one Single for a binary classifier.
    /// </param>
    /// <param name="scoreValues">
    /// What the column holds. Null: what its annotations say, such as those of the Logits columns of this library and of Probability
    /// columns; of others, single numbers are logits, and vectors are probabilities if every row of the fit is (at least 0, adding up to
    /// 1), logits if none is.
    /// </param>
    public static OutputDetectorEstimator OutputDetectorScore(
        this TransformsCatalog catalog, LogitDetector detector, string? outputColumnName = null, string scoreColumnName = "Score",
        ScoreValues? scoreValues = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(scoreColumnName);
        return new(detector, CheckDetector(catalog, detector, outputColumnName, scoreColumnName), scoreColumnName, scoreValues);
    }

    private static string CheckDetector(TransformsCatalog catalog, Detector detector, string? outputColumnName, string inputColumnName)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(detector);
        ArgumentException.ThrowIfNullOrEmpty(inputColumnName);
        var output = outputColumnName ?? detector.GetType().Name;
        ArgumentException.ThrowIfNullOrEmpty(output, nameof(outputColumnName));
        return output;
    }
}
