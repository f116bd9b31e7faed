using Microsoft.ML.Adversarial.Settings;

namespace Microsoft.ML.Adversarial.Training.Callbacks;

/// <summary>
/// Ends training when a metric no longer improves. <see cref="TrainingOptions.Patience"/> does so for what the best epoch is chosen by, and
/// holds beside this; which epoch is kept does not change.
/// </summary>
/// <remarks>
/// A training that continues from a checkpoint is judged anew. An epoch without the metric is an error, reported as that of any callback:
/// without held-out rows, or for the robust accuracy without an adversarial loss.
/// </remarks>
public sealed class EarlyStoppingCallback : ITrainingCallback
{
    private const string HoldRowsOut = "Set ValidationFraction above 0";

    private readonly TrainingMetric _metric = TrainingMetric.ValidationLoss;
    private readonly int _patience = 5;
    private readonly double _minimumImprovement;
    private double _smallest = double.PositiveInfinity;
    private int _epochsSince;

    /// <summary>What is to improve. Default <see cref="TrainingMetric.ValidationLoss"/>.</summary>
    public TrainingMetric Metric
    {
        get => _metric;
        init => _metric = SettingRange.Require(
            value, Enum.IsDefined(value), "one of TrainingLoss, ValidationLoss, ValidationAccuracy, RobustAccuracy", nameof(Metric));
    }

    /// <summary>Epochs in a row without an improvement after which training ends, at least 1. Default 5.</summary>
    public int Patience
    {
        get => _patience;
        init => _patience = SettingRange.Require(value, value >= 1, ">= 1", nameof(Patience));
    }

    /// <summary>
    /// By how much the metric must be better than the best so far to count, at least 0, in units of the metric; accuracies are in [0, 1].
    /// Default 0: by anything.
    /// </summary>
    public double MinimumImprovement
    {
        get => _minimumImprovement;
        init => _minimumImprovement = SettingRange.Require(
            value, value is >= 0 and < double.PositiveInfinity, ">= 0 and finite", nameof(MinimumImprovement));
    }

    /// <inheritdoc/>
    public void TrainingStarted(TrainingRun run) => (_smallest, _epochsSince) = (double.PositiveInfinity, 0);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The epoch was not judged by the metric.</exception>
    public void EpochEnded(TrainingRun run, TrainingEpoch epoch)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(epoch);
        var value = ToMakeSmall(epoch.Progress);
        if (value < _smallest - MinimumImprovement)
        {
            (_smallest, _epochsSince) = (value, 0);
        }
        else if (++_epochsSince >= Patience)
        {
            run.RequestStop();
        }
    }

    private double ToMakeSmall(TrainingProgress progress) => Metric switch
    {
        TrainingMetric.TrainingLoss => progress.TrainingLoss,
        TrainingMetric.ValidationLoss => progress.ValidationLoss ?? throw Missing("a validation loss", HoldRowsOut),
        TrainingMetric.ValidationAccuracy => -progress.ValidationAccuracy ?? throw Missing("a validation accuracy", HoldRowsOut),
        _ => -progress.RobustAccuracy ?? throw Missing("a robust accuracy", $"{HoldRowsOut}, train with an adversarial loss"),
    };

    private static InvalidOperationException Missing(string expected, string advice) =>
        new($"Expected {expected} to stop early by, got none. {advice}, or choose another Metric.");
}
