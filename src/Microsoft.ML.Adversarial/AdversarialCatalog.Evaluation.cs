using Microsoft.ML.Adversarial.Evaluation;
using Microsoft.ML.Adversarial.Pipeline;

namespace Microsoft.ML;

public static partial class AdversarialCatalog
{
    /// <summary>
    /// Measures how well detectors tell attacked rows from clean ones, per score column and attack: areas under the ROC and the
    /// precision-recall curve, true-positive rates at 1 % and 5 % false positives, with bootstrap confidence intervals, and the ROC curve; with
    /// calibration rows, what a threshold achieves that was fixed on them; and what the pipeline's own flag achieves. Each view is read once.
    /// NaN scores count as the most suspicious, except in calibration rows, where they are errors.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.MulticlassClassification</c>.</param>
    /// <param name="cleanRows">Clean rows with the score columns, which neither trained the network nor calibrated the detectors.</param>
    /// <param name="attackedRows">
    /// Attacked rows with the score columns, by the attack's name: <c>AdversarialFeatures</c> put where the features were, and scored again.
    /// </param>
    /// <param name="scoreColumnNames">The detectors' scores, a Single each; higher is more suspicious.</param>
    /// <param name="options">Thresholds, which rows count, the flag, and confidence intervals; null for the defaults.</param>
    /// <exception cref="ArgumentException">A column is missing or of another type, there are no clean rows, or too few calibration rows.</exception>
    public static DetectionEvaluation EvaluateDetection(
        this MulticlassClassificationCatalog catalog, IDataView cleanRows, IReadOnlyDictionary<string, IDataView> attackedRows,
        string[] scoreColumnNames, DetectionEvaluationOptions? options = null) =>
        Evaluate(catalog, cleanRows, attackedRows, scoreColumnNames, options);

    /// <summary>Measures how well detectors tell attacked rows from clean ones, as for multiclass classification.</summary>
    /// <param name="catalog">The catalog, <c>ml.BinaryClassification</c>.</param>
    /// <param name="cleanRows">Clean rows with the score columns, which neither trained the network nor calibrated the detectors.</param>
    /// <param name="attackedRows">Attacked rows with the score columns, by the attack's name.</param>
    /// <param name="scoreColumnNames">The detectors' scores, a Single each; higher is more suspicious.</param>
    /// <param name="options">Thresholds, which rows count, the flag, and confidence intervals; null for the defaults.</param>
    /// <exception cref="ArgumentException">A column is missing or of another type, there are no clean rows, or too few calibration rows.</exception>
    public static DetectionEvaluation EvaluateDetection(
        this BinaryClassificationCatalog catalog, IDataView cleanRows, IReadOnlyDictionary<string, IDataView> attackedRows,
        string[] scoreColumnNames, DetectionEvaluationOptions? options = null) =>
        Evaluate(catalog, cleanRows, attackedRows, scoreColumnNames, options);

    /// <summary>Measures how well detectors tell attacked rows from clean ones, as for multiclass classification.</summary>
    /// <param name="catalog">The catalog, <c>ml.AnomalyDetection</c>.</param>
    /// <param name="cleanRows">Clean rows with the score columns, which neither trained the network nor calibrated the detectors.</param>
    /// <param name="attackedRows">Attacked rows with the score columns, by the attack's name.</param>
    /// <param name="scoreColumnNames">The detectors' scores, a Single each; higher is more suspicious.</param>
    /// <param name="options">Thresholds, which rows count, the flag, and confidence intervals; null for the defaults.</param>
    /// <exception cref="ArgumentException">A column is missing or of another type, there are no clean rows, or too few calibration rows.</exception>
    public static DetectionEvaluation EvaluateDetection(
        this AnomalyDetectionCatalog catalog, IDataView cleanRows, IReadOnlyDictionary<string, IDataView> attackedRows,
        string[] scoreColumnNames, DetectionEvaluationOptions? options = null) =>
        Evaluate(catalog, cleanRows, attackedRows, scoreColumnNames, options);

    private static DetectionEvaluation Evaluate(
        TrainCatalogBase catalog, IDataView cleanRows, IReadOnlyDictionary<string, IDataView> attackedRows,
        string[] scoreColumnNames, DetectionEvaluationOptions? options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(cleanRows);
        ArgumentNullException.ThrowIfNull(attackedRows);
        ArgumentNullException.ThrowIfNull(scoreColumnNames);
        ColumnNames.Require(scoreColumnNames);
        return scoreColumnNames.Length > 0
            ? DetectionEvaluation.Of(cleanRows, attackedRows, scoreColumnNames, options ?? new())
            : throw new ArgumentException("Expected at least one score column, got none.", nameof(scoreColumnNames));
    }
}
