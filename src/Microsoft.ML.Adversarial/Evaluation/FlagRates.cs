namespace Microsoft.ML.Adversarial.Evaluation;

/// <summary>What a flag that was fixed before these rows were seen does on them.</summary>
/// <param name="FalsePositiveRate">The share of clean rows that are flagged: what was achieved, beside what was asked for.</param>
/// <param name="TruePositiveRate">The share of attacked rows that are flagged.</param>
/// <param name="FalsePositiveRateInterval">A bootstrap confidence interval of the false-positive rate.</param>
/// <param name="TruePositiveRateInterval">A bootstrap confidence interval of the true-positive rate.</param>
public sealed record FlagRates(
    double FalsePositiveRate, double TruePositiveRate, ConfidenceInterval FalsePositiveRateInterval, ConfidenceInterval TruePositiveRateInterval);
