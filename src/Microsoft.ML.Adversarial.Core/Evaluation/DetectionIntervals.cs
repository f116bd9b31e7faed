namespace Microsoft.ML.Adversarial.Evaluation;

/// <summary>Bootstrap confidence intervals of <see cref="DetectionMetrics"/>, for the properties of the same names.</summary>
/// <param name="AreaUnderRocCurve">Of the area under the ROC curve.</param>
/// <param name="AreaUnderPrecisionRecallCurve">Of the average precision.</param>
/// <param name="TruePositiveRateAt1Percent">Of the true-positive rate at 1 % false positives; the threshold is chosen anew in each resample.</param>
/// <param name="TruePositiveRateAt5Percent">Of the true-positive rate at 5 % false positives; the threshold is chosen anew in each resample.</param>
public sealed record DetectionIntervals(
    ConfidenceInterval AreaUnderRocCurve, ConfidenceInterval AreaUnderPrecisionRecallCurve,
    ConfidenceInterval TruePositiveRateAt1Percent, ConfidenceInterval TruePositiveRateAt5Percent);
