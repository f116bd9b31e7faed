using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Fisher;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Data;

namespace Microsoft.ML;

public static partial class AdversarialCatalog
{
    /// <summary>
    /// Adds the trace of the Fisher information of each prediction, a Single column that is high where the prediction hangs on exact
    /// parameters. Put it after a NeuralNetwork trainer in the same pipeline: the network comes with the score column.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="outputColumnName">The column that is added.</param>
    /// <param name="scoreColumnName">The score column of the network.</param>
    /// <param name="method">Exact, or for many classes a bound or an estimate; null for exact.</param>
    public static FisherTraceEstimator FisherTrace(
        this TransformsCatalog catalog, string outputColumnName = "FisherTrace", string scoreColumnName = "Score", FisherTraceMethod? method = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(CatalogUtils.GetEnvironment(catalog), NetworkSource.OfScores(scoreColumnName), outputColumnName, method ?? FisherTraceMethod.Exact);
    }

    /// <summary>Adds the trace of the Fisher information of each prediction of an already fitted model.</summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="model">A fitted model with a network; the last one in it is used.</param>
    /// <param name="outputColumnName">The column that is added.</param>
    /// <param name="method">Exact, or for many classes a bound or an estimate; null for exact.</param>
    /// <exception cref="ArgumentException">The model holds no network; says which step is missing.</exception>
    public static FisherTraceEstimator FisherTrace(
        this TransformsCatalog catalog, ITransformer model, string outputColumnName = "FisherTrace", FisherTraceMethod? method = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var source = NetworkSource.Of(ClassifierOfModel.Find(model, nameof(FisherTrace)), nameof(FisherTrace));
        return new(CatalogUtils.GetEnvironment(catalog), source, outputColumnName, method ?? FisherTraceMethod.Exact);
    }

    /// <summary>Adds the trace of the Fisher information of each prediction of a network that is at hand.</summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="classifier">The network; the caller keeps owning it.</param>
    /// <param name="featureColumnName">The features that the network reads, a vector of Single.</param>
    /// <param name="outputColumnName">The column that is added.</param>
    /// <param name="method">Exact, or for many classes a bound or an estimate; null for exact.</param>
    public static FisherTraceEstimator FisherTrace(
        this TransformsCatalog catalog, NetworkClassifier classifier, string featureColumnName, string outputColumnName = "FisherTrace",
        FisherTraceMethod? method = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var source = NetworkSource.Of(ColumnClassifier.WithPlainKeys(classifier, featureColumnName), nameof(FisherTrace));
        return new(CatalogUtils.GetEnvironment(catalog), source, outputColumnName, method ?? FisherTraceMethod.Exact);
    }

    /// <summary>
    /// Adds several Fisher-information scores of each prediction, which share one computation; what nobody reads is not computed. Put it after a
    /// NeuralNetwork trainer in the same pipeline: the network comes with the score column.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="columns">The columns that are added; null for all under their default names.</param>
    /// <param name="direction">The direction of the quadratic forms and the sensitivity; null for that of the predicted class.</param>
    /// <param name="scoreColumnName">The score column of the network.</param>
    public static FisherInformationEstimator FisherInformation(
        this TransformsCatalog catalog, FisherColumns? columns = null, FisherDirection? direction = null, string scoreColumnName = "Score") =>
        FisherInformation(catalog, NetworkSource.OfScores(scoreColumnName), columns, direction);

    /// <summary>Adds several Fisher-information scores of each prediction of an already fitted model.</summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="model">A fitted model with a network; the last one in it is used.</param>
    /// <param name="columns">The columns that are added; null for all under their default names.</param>
    /// <param name="direction">The direction of the quadratic forms and the sensitivity; null for that of the predicted class.</param>
    /// <exception cref="ArgumentException">The model holds no network; says which step is missing.</exception>
    public static FisherInformationEstimator FisherInformation(
        this TransformsCatalog catalog, ITransformer model, FisherColumns? columns = null, FisherDirection? direction = null) =>
        FisherInformation(
            catalog, NetworkSource.Of(ClassifierOfModel.Find(model, nameof(FisherInformation)), nameof(FisherInformation)), columns, direction);

    /// <summary>Adds several Fisher-information scores of each prediction of a network that is at hand.</summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="classifier">The network; the caller keeps owning it.</param>
    /// <param name="featureColumnName">The features that the network reads, a vector of Single.</param>
    /// <param name="columns">The columns that are added; null for all under their default names.</param>
    /// <param name="direction">The direction of the quadratic forms and the sensitivity; null for that of the predicted class.</param>
    public static FisherInformationEstimator FisherInformation(
        this TransformsCatalog catalog, NetworkClassifier classifier, string featureColumnName, FisherColumns? columns = null,
        FisherDirection? direction = null) =>
        FisherInformation(
            catalog, NetworkSource.Of(ColumnClassifier.WithPlainKeys(classifier, featureColumnName), nameof(FisherInformation)), columns, direction);

    /// <summary>
    /// Adds the Fisher information of each prediction along a direction, vᵀFv. Cheaper than the trace, whatever the number of classes.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="outputColumnName">The column that is added, Single.</param>
    /// <param name="direction">v; null for that of the predicted class.</param>
    /// <param name="scoreColumnName">The score column of the network.</param>
    public static FisherInformationEstimator FisherQuadraticForm(
        this TransformsCatalog catalog, string outputColumnName = "FisherQuadraticForm", FisherDirection? direction = null,
        string scoreColumnName = "Score") =>
        FisherInformation(catalog, FisherColumns.None with { QuadraticForm = outputColumnName }, direction, scoreColumnName);

    /// <summary>Adds the Fisher information of each prediction along a direction over the direction's squared length, vᵀFv / ‖v‖².</summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="outputColumnName">The column that is added, Single.</param>
    /// <param name="direction">v; null for that of the predicted class.</param>
    /// <param name="scoreColumnName">The score column of the network.</param>
    public static FisherInformationEstimator NormalisedFisherQuadraticForm(
        this TransformsCatalog catalog, string outputColumnName = "NormalisedFisherQuadraticForm", FisherDirection? direction = null,
        string scoreColumnName = "Score") =>
        FisherInformation(catalog, FisherColumns.None with { NormalisedQuadraticForm = outputColumnName }, direction, scoreColumnName);

    /// <summary>Adds the Fisher information sensitivity of each feature, and its Euclidean length.</summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="outputColumnName">The column of vectors that is added, of the feature column's type.</param>
    /// <param name="normColumnName">The column of their lengths, Single.</param>
    /// <param name="direction">v; null for that of the predicted class.</param>
    /// <param name="scoreColumnName">The score column of the network.</param>
    public static FisherInformationEstimator FisherSensitivity(
        this TransformsCatalog catalog, string outputColumnName = "FisherSensitivity", string normColumnName = "FisherSensitivityNorm",
        FisherDirection? direction = null, string scoreColumnName = "Score") =>
        FisherInformation(
            catalog, FisherColumns.None with { Sensitivity = outputColumnName, SensitivityNorm = normColumnName }, direction, scoreColumnName);

    /// <summary>Adds the largest eigenvalue of the Fisher information of each prediction.</summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="outputColumnName">The column that is added, Single.</param>
    /// <param name="scoreColumnName">The score column of the network.</param>
    public static FisherInformationEstimator FisherTopEigenvalue(
        this TransformsCatalog catalog, string outputColumnName = "FisherTopEigenvalue", string scoreColumnName = "Score") =>
        FisherInformation(catalog, FisherColumns.None with { TopEigenvalue = outputColumnName }, direction: null, scoreColumnName);

    private static FisherInformationEstimator FisherInformation(
        TransformsCatalog catalog, NetworkSource source, FisherColumns? columns, FisherDirection? direction)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(CatalogUtils.GetEnvironment(catalog), source, columns ?? new(), direction ?? FisherDirection.PredictedClass);
    }
}
