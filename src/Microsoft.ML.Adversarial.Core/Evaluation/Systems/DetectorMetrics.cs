using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Systems;

/// <summary>
/// How one detector does against one attack. Attacked rows are those that the attack broke: right unperturbed, misclassified after it, within the
/// budget. What it left as it was tells nothing of a detector.
/// </summary>
/// <param name="Detector">The detector's name.</param>
/// <param name="Metrics">
/// Areas under the ROC and the precision-recall curve, true-positive rates and the ROC curve, against all clean rows; null where the attack broke no row.
/// </param>
/// <param name="TruePositives">The attacked rows that score above the calibrated threshold.</param>
/// <param name="UnflaggedError">
/// Of all evaluated rows those that are misclassified after the attack and not flagged by this detector: the joint metric of the classifier with it alone.
/// </param>
public sealed record DetectorMetrics(string Detector, DetectionMetrics? Metrics, Share TruePositives, Share UnflaggedError)
{
    /// <summary>Bootstrap confidence intervals of <see cref="Metrics"/>, computed when asked for.</summary>
    /// <param name="bootstrap">Resamples, level and seed; null for 1000 resamples, 95 %.</param>
    /// <returns>Null where there are no metrics.</returns>
    public DetectionIntervals? Intervals(Bootstrap? bootstrap = null)
    {
        if (Metrics is null)
        {
            return null;
        }

        var intervals = (bootstrap ?? new()).Intervals(
            Metrics, resampled => resampled.AreaUnderRocCurve, resampled => resampled.AreaUnderPrecisionRecallCurve,
            resampled => resampled.TruePositiveRateAt1Percent, resampled => resampled.TruePositiveRateAt5Percent);
        return new(intervals[0], intervals[1], intervals[2], intervals[3]);
    }
}
