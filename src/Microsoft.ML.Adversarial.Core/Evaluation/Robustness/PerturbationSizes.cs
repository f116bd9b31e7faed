namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>The size of one perturbation, in the units of the features.</summary>
/// <param name="L0">The number of features changed.</param>
/// <param name="L1">The sum of absolute changes.</param>
/// <param name="L2">The Euclidean length.</param>
/// <param name="LInfinity">The largest absolute change.</param>
public readonly record struct PerturbationSizes(double L0, double L1, double L2, double LInfinity);
