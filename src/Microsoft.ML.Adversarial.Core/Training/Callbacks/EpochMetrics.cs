namespace Microsoft.ML.Adversarial.Training.Callbacks;

/// <summary>What files say of an epoch, in this order.</summary>
internal sealed record EpochMetrics(
    int Epoch, double TrainingLoss, double? ValidationLoss, double? ValidationAccuracy, double? RobustAccuracy, bool IsBest,
    double LearningRate, double Seconds)
{
    public static EpochMetrics Of(TrainingEpoch epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        var progress = epoch.Progress;
        return new(
            progress.Epoch, progress.TrainingLoss, progress.ValidationLoss, progress.ValidationAccuracy, progress.RobustAccuracy,
            progress.IsBest, epoch.LearningRate, epoch.Duration.TotalSeconds);
    }
}
