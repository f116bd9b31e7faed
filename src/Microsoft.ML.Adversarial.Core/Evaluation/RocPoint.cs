namespace Microsoft.ML.Adversarial.Evaluation;

/// <summary>One point of a receiver operating characteristic.</summary>
/// <param name="FalsePositiveRate">The share of clean rows that are flagged.</param>
/// <param name="TruePositiveRate">The share of attacked rows that are flagged.</param>
/// <param name="Threshold">
/// Rows that score higher are flagged, and so are rows whose score is NaN. Of the thresholds that give the same point, the lowest. NaN for
/// the two ends that no threshold gives: nothing flagged although scores are NaN, everything flagged although scores are −∞.
/// </param>
public readonly record struct RocPoint(double FalsePositiveRate, double TruePositiveRate, float Threshold);
