namespace Microsoft.ML.Adversarial.Training;

/// <summary>Where training stands after an epoch.</summary>
/// <param name="Epoch">Epochs done, from 1.</param>
/// <param name="Epochs">Epochs planned.</param>
/// <param name="TrainingLoss">Mean loss over the epoch's batches.</param>
/// <param name="ValidationLoss">Mean cross-entropy on the held-out rows, or null without them.</param>
/// <param name="ValidationAccuracy">Accuracy on the held-out rows, or null without them.</param>
/// <param name="IsBest">Whether this epoch's weights are the ones to keep so far.</param>
public sealed record TrainingProgress(
    int Epoch, int Epochs, double TrainingLoss, double? ValidationLoss, double? ValidationAccuracy, bool IsBest)
{
    /// <summary>Accuracy on held-out rows under PGD, which decides what is kept; null where the loss is not an adversarial one.</summary>
    public double? RobustAccuracy { get; init; }

    /// <summary>
    /// What went wrong in this epoch, or null: catastrophic overfitting, a loss that is no number after it, and what callbacks threw.
    /// </summary>
    public string? Warning { get; init; }

    /// <summary>
    /// Whether this repeats the last report when training is over, to tell the warnings that came after it; without an epoch to repeat, the
    /// loss is NaN.
    /// </summary>
    public bool IsAfterTraining { get; init; }
}
