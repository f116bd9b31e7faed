namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>How the rows of one class fare.</summary>
/// <param name="Name">The class.</param>
/// <param name="CleanAccuracy">Those that the model is right about unperturbed.</param>
/// <param name="RobustAccuracy">Those that no attack of the suite breaks.</param>
public sealed record ClassMetrics(string Name, Share CleanAccuracy, Share RobustAccuracy);
