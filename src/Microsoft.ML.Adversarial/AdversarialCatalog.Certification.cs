using Microsoft.ML.Adversarial.Certification;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Data;

namespace Microsoft.ML;

public static partial class AdversarialCatalog
{
    /// <summary>
    /// Adds the prediction of the network smoothed by Gaussian noise and the L2 radius within which it certainly stays (Cohen et al. 2019,
    /// arXiv:1902.02918). Put it after a NeuralNetwork trainer in the same pipeline: the network comes with the score column.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="smoothing">
    /// The noise and the numbers of samples, such as <c>new RandomizedSmoothing(sigma: 0.25)</c>; a row costs 10,100 forward passes by default.
    /// </param>
    /// <param name="columns">The columns that are added; null for SmoothedLabel and CertifiedRadius.</param>
    /// <param name="scoreColumnName">The score column of the network.</param>
    public static SmoothedPredictionEstimator SmoothedPrediction(
        this TransformsCatalog catalog, RandomizedSmoothing smoothing, SmoothingColumns? columns = null, string scoreColumnName = "Score") =>
        SmoothedPrediction(catalog, NetworkSource.OfScores(scoreColumnName), smoothing, columns);

    /// <summary>Adds the smoothed prediction of an already fitted model and its certified L2 radius.</summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="model">A fitted model with a network; the last one in it is used.</param>
    /// <param name="smoothing">The noise and the numbers of samples; a row costs 10,100 forward passes by default.</param>
    /// <param name="columns">The columns that are added; null for SmoothedLabel and CertifiedRadius.</param>
    /// <exception cref="ArgumentException">The model holds no network; says which step is missing.</exception>
    public static SmoothedPredictionEstimator SmoothedPrediction(
        this TransformsCatalog catalog, ITransformer model, RandomizedSmoothing smoothing, SmoothingColumns? columns = null)
    {
        var source = NetworkSource.Of(ClassifierOfModel.Find(model, nameof(SmoothedPrediction)), nameof(SmoothedPrediction));
        return SmoothedPrediction(catalog, source, smoothing, columns);
    }

    /// <summary>
    /// Adds the smoothed prediction of a network that is at hand and its certified L2 radius. Labels are keys in the order of its classes.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="classifier">The network; the caller keeps owning it.</param>
    /// <param name="featureColumnName">The features that the network reads, a vector of Single.</param>
    /// <param name="smoothing">The noise and the numbers of samples; a row costs 10,100 forward passes by default.</param>
    /// <param name="columns">The columns that are added; null for SmoothedLabel and CertifiedRadius.</param>
    public static SmoothedPredictionEstimator SmoothedPrediction(
        this TransformsCatalog catalog, NetworkClassifier classifier, string featureColumnName, RandomizedSmoothing smoothing,
        SmoothingColumns? columns = null)
    {
        var source = NetworkSource.Of(ColumnClassifier.WithPlainKeys(classifier, featureColumnName), nameof(SmoothedPrediction));
        return SmoothedPrediction(catalog, source, smoothing, columns);
    }

    /// <summary>
    /// Adds whether the network's prediction of a row is certified for all inputs within ε in L∞, by interval bound propagation (Gowal et al. 2018,
    /// arXiv:1810.12715), and the largest ε for which it is. Put it after a NeuralNetwork trainer in the same pipeline: the network comes with the
    /// score column.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="epsilon">ε in L∞, in the units of the features; at least 0 and finite.</param>
    /// <param name="columns">The columns that are added; null for IsCertified and CertifiedEpsilon.</param>
    /// <param name="scoreColumnName">The score column of the network.</param>
    public static IntervalCertificateEstimator IntervalCertificate(
        this TransformsCatalog catalog, double epsilon, IntervalColumns? columns = null, string scoreColumnName = "Score")
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(NetworkSource.OfScores(scoreColumnName), epsilon, columns ?? new());
    }

    /// <summary>Adds the interval certificate of an already fitted model.</summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="model">A fitted model with a network; the last one in it is used.</param>
    /// <param name="epsilon">ε in L∞, in the units of the features; at least 0 and finite.</param>
    /// <param name="columns">The columns that are added; null for IsCertified and CertifiedEpsilon.</param>
    /// <exception cref="ArgumentException">The model holds no network; says which step is missing.</exception>
    public static IntervalCertificateEstimator IntervalCertificate(
        this TransformsCatalog catalog, ITransformer model, double epsilon, IntervalColumns? columns = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var source = NetworkSource.Of(ClassifierOfModel.Find(model, nameof(IntervalCertificate)), nameof(IntervalCertificate));
        return new(source, epsilon, columns ?? new());
    }

    /// <summary>Adds the interval certificate of a network that is at hand.</summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="classifier">The network; the caller keeps owning it.</param>
    /// <param name="featureColumnName">The features that the network reads, a vector of Single.</param>
    /// <param name="epsilon">ε in L∞, in the units of the features; at least 0 and finite.</param>
    /// <param name="columns">The columns that are added; null for IsCertified and CertifiedEpsilon.</param>
    public static IntervalCertificateEstimator IntervalCertificate(
        this TransformsCatalog catalog, NetworkClassifier classifier, string featureColumnName, double epsilon, IntervalColumns? columns = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var source = NetworkSource.Of(ColumnClassifier.WithPlainKeys(classifier, featureColumnName), nameof(IntervalCertificate));
        return new(source, epsilon, columns ?? new());
    }

    private static SmoothedPredictionEstimator SmoothedPrediction(
        TransformsCatalog catalog, NetworkSource source, RandomizedSmoothing smoothing, SmoothingColumns? columns)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(smoothing);
        var seed = CatalogUtils.GetEnvironment(catalog).Register(nameof(SmoothedPrediction)).Rand.Next();
        return new(source, smoothing, columns ?? new(), seed);
    }
}
