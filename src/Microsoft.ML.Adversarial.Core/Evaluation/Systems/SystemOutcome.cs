namespace Microsoft.ML.Adversarial.Evaluation.Systems;

/// <summary>What one attack did to one row, and what the detectors say of it.</summary>
/// <param name="IsMisclassified">Whether the classifier errs on what the attack returned, whatever its size.</param>
/// <param name="Prediction">The class that it then predicts, from 0.</param>
/// <param name="Size">The size of the perturbation in the suite's norm.</param>
/// <param name="Scores">What each detector scores what the attack returned, in their order.</param>
public sealed record SystemOutcome(bool IsMisclassified, int Prediction, double Size, IReadOnlyList<float> Scores);
