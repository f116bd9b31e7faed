using Microsoft.ML.Adversarial.Detectors.Combinations;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Data;

namespace Microsoft.ML;

public static partial class AdversarialCatalog
{
    /// <summary>
    /// Turns a detector's score into a p-value and a flag. Fit it on clean rows that did not train the network:
    /// <c>scorer.Append(ml.Transforms.AdversarialDetection("FisherTrace").Fit(scorer.Transform(calibration)))</c>.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="scoreColumnName">The score, a Single; higher is more suspicious.</param>
    /// <param name="falsePositiveRate">Largest share of clean rows that may be flagged, between 0 and 1.</param>
    /// <param name="pValueColumnName">The p-value that is added, Single.</param>
    /// <param name="flagColumnName">The flag that is added, Boolean.</param>
    public static AdversarialDetectionEstimator AdversarialDetection(
        this TransformsCatalog catalog, string scoreColumnName, double falsePositiveRate = 0.01,
        string pValueColumnName = "PValue", string flagColumnName = "IsAdversarial")
    {
        ArgumentException.ThrowIfNullOrEmpty(scoreColumnName);
        return Detection(
            catalog, new([scoreColumnName], null, pValueColumnName, null, flagColumnName), PValueCombination.Simes, falsePositiveRate);
    }

    /// <summary>
    /// Turns a detector's score into a p-value and a flag, calibrated per predicted class (Mondrian conformal prediction; Vovk, Gammerman
    /// &amp; Shafer 2005): the false-positive rate then holds within every class. Fit it on clean rows that did not train the network, at
    /// least 1 / false-positive rate − 1 of each predicted class. Rows of a class that none of them was predicted as have the p-value 1 and are
    /// never flagged.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="scoreColumnName">The score, a Single; higher is more suspicious.</param>
    /// <param name="predictedLabelColumnName">The predicted class, a key or a Boolean; classes are matched by key value.</param>
    /// <param name="falsePositiveRate">Largest share of clean rows of each class that may be flagged, between 0 and 1.</param>
    /// <param name="pValueColumnName">The p-value that is added, Single.</param>
    /// <param name="flagColumnName">The flag that is added, Boolean.</param>
    public static AdversarialDetectionEstimator AdversarialDetection(
        this TransformsCatalog catalog, string scoreColumnName, string predictedLabelColumnName, double falsePositiveRate = 0.01,
        string pValueColumnName = "PValue", string flagColumnName = "IsAdversarial")
    {
        ArgumentException.ThrowIfNullOrEmpty(scoreColumnName);
        ArgumentException.ThrowIfNullOrEmpty(predictedLabelColumnName);
        return Detection(
            catalog, new([scoreColumnName], predictedLabelColumnName, pValueColumnName, null, flagColumnName), PValueCombination.Simes,
            falsePositiveRate);
    }

    /// <summary>
    /// Turns the scores of several detectors into one p-value and a flag:
    /// <c>ml.Transforms.AdversarialDetection(["FisherTrace", "FisherQuadraticForm"], PValueCombination.Fisher)</c>. The detectors may depend on
    /// each other in any way, since their combination is calibrated again on the same clean rows, which must not have trained the network.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="scoreColumnNames">The scores, a Single each; higher is more suspicious.</param>
    /// <param name="combination">How the detectors' p-values of a row become one statistic.</param>
    /// <param name="falsePositiveRate">
    /// Largest share of clean rows that may be flagged, between 0 and 1; of each class if it is conditional on classes.
    /// </param>
    /// <param name="predictedLabelColumnName">
    /// The predicted class to calibrate per, a key or a Boolean; null to calibrate all rows together. Each class then needs 1 / false-positive
    /// rate − 1 calibration rows, and a class without any is never flagged.
    /// </param>
    /// <param name="pValueColumnName">The combined p-value that is added, Single.</param>
    /// <param name="pValuesColumnName">
    /// The p-value of each detector alone that is added, a vector of Single; slots are named as the score columns.
    /// </param>
    /// <param name="flagColumnName">The flag that is added, Boolean: combined p-value ≤ false-positive rate.</param>
    public static AdversarialDetectionEstimator AdversarialDetection(
        this TransformsCatalog catalog, string[] scoreColumnNames, PValueCombination combination, double falsePositiveRate = 0.01,
        string? predictedLabelColumnName = null, string pValueColumnName = "PValue", string pValuesColumnName = "PValues",
        string flagColumnName = "IsAdversarial")
    {
        ArgumentNullException.ThrowIfNull(scoreColumnNames);
        ArgumentNullException.ThrowIfNull(combination);
        ArgumentException.ThrowIfNullOrEmpty(pValuesColumnName);
        return Detection(
            catalog, new([.. scoreColumnNames], predictedLabelColumnName, pValueColumnName, pValuesColumnName, flagColumnName), combination,
            falsePositiveRate);
    }

    private static AdversarialDetectionEstimator Detection(
        TransformsCatalog catalog, DetectionColumns columns, PValueCombination combination, double falsePositiveRate)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(CatalogUtils.GetEnvironment(catalog), columns, combination, falsePositiveRate);
    }
}
