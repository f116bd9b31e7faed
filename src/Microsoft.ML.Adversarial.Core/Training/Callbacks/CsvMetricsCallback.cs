using System.Globalization;

namespace Microsoft.ML.Adversarial.Training.Callbacks;

/// <summary>
/// Writes a CSV file with a row per epoch: <c>Epoch</c>, <c>TrainingLoss</c>, <c>ValidationLoss</c>, <c>ValidationAccuracy</c>,
/// <c>RobustAccuracy</c>, <c>IsBest</c>, <c>LearningRate</c>, <c>Seconds</c>. A metric that was not measured is empty.
/// </summary>
/// <remarks>
/// Numbers are invariant and round-trip. The file is complete after every epoch and can be read meanwhile. A training that continues from a
/// checkpoint adds to it, any other replaces it. The stages of distillation have a file each, such as metrics.teacher.csv.
/// </remarks>
public sealed class CsvMetricsCallback : ITrainingCallback
{
    private const string Header = "Epoch,TrainingLoss,ValidationLoss,ValidationAccuracy,RobustAccuracy,IsBest,LearningRate,Seconds";

    private readonly EpochLines _lines;

    /// <summary>Writes to a file.</summary>
    /// <param name="path">The file, in a folder that exists.</param>
    public CsvMetricsCallback(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _lines = new(path, Header, line => int.TryParse(line.Split(',')[0], CultureInfo.InvariantCulture, out var epoch) ? epoch : null);
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be written; nothing is written later either.</exception>
    public void TrainingStarted(TrainingRun run) => _lines.Start(run);

    /// <inheritdoc/>
    public void EpochEnded(TrainingRun run, TrainingEpoch epoch)
    {
        var (number, loss, validation, accuracy, robust, isBest, rate, seconds) = EpochMetrics.Of(epoch);
        _lines.Append(FormattableString.Invariant(
            $"{number},{loss},{validation},{accuracy},{robust},{(isBest ? "true" : "false")},{rate},{seconds}"));
    }
}
