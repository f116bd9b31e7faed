namespace Microsoft.ML.Adversarial.Evaluation;

/// <summary>An interval that holds the true value of a metric with a stated confidence.</summary>
/// <param name="Lower">Its lower end.</param>
/// <param name="Upper">Its upper end.</param>
public readonly record struct ConfidenceInterval(double Lower, double Upper);
