namespace Microsoft.ML.Adversarial.Training.Callbacks;

/// <summary>An epoch that is over.</summary>
/// <param name="Progress">Losses and accuracies.</param>
/// <param name="LearningRate">The learning rate of its last step.</param>
/// <param name="Duration">How long it took, held-out rows included.</param>
public sealed record TrainingEpoch(TrainingProgress Progress, double LearningRate, TimeSpan Duration);
