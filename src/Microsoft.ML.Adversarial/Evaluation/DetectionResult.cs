namespace Microsoft.ML.Adversarial.Evaluation;

/// <summary>How one detector does against one attack.</summary>
/// <param name="ScoreColumnName">The detector's score.</param>
/// <param name="AttackName">The attack.</param>
/// <param name="Metrics">Areas under the ROC and the precision-recall curve, true-positive rates, and the ROC curve, of all rows that count.</param>
/// <param name="Intervals">Bootstrap confidence intervals of these metrics.</param>
/// <param name="Threshold">The threshold that the calibration rows give, above which rows are flagged; null without calibration rows.</param>
/// <param name="AtThreshold">What is flagged above that threshold; null without calibration rows.</param>
public sealed record DetectionResult(
    string ScoreColumnName, string AttackName, DetectionMetrics Metrics, DetectionIntervals Intervals, float? Threshold, FlagRates? AtThreshold);
