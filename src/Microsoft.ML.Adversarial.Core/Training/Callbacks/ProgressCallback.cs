namespace Microsoft.ML.Adversarial.Training.Callbacks;

/// <summary>
/// Writes a line per epoch for people to read, such as to <c>Console.Out</c>; a program takes <see cref="TrainingOptions.Progress"/>
/// instead. Invariant culture; the writer is flushed after every epoch, and not disposed.
/// </summary>
public sealed class ProgressCallback : ITrainingCallback
{
    private readonly TextWriter _writer;

    /// <summary>Writes to a writer.</summary>
    /// <param name="writer">Where to; stays open.</param>
    public ProgressCallback(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        _writer = writer;
    }

    /// <inheritdoc/>
    public void EpochEnded(TrainingRun run, TrainingEpoch epoch)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(epoch);
        var progress = epoch.Progress;
        var remaining = epoch.Duration * (progress.Epochs - progress.Epoch);
        string[] parts =
        [
            FormattableString.Invariant($"loss {progress.TrainingLoss:F4}"),
            progress.ValidationLoss is { } loss ? FormattableString.Invariant($"validation loss {loss:F4}") : "",
            progress.ValidationAccuracy is { } accuracy ? FormattableString.Invariant($"validation accuracy {accuracy:P2}") : "",
            progress.RobustAccuracy is { } robust ? FormattableString.Invariant($"under PGD {robust:P2}") : "",
            progress.IsBest && progress.ValidationLoss is not null ? "best so far" : "",
            FormattableString.Invariant($"{epoch.Duration.TotalSeconds:F1} s"),
            remaining > TimeSpan.Zero ? $"at most {remaining:hh\\:mm\\:ss} to go" : "",
        ];
        var stage = run.Stage is null ? "" : $"{run.Stage}: ";
        _writer.WriteLine(FormattableString.Invariant(
            $"{stage}Epoch {progress.Epoch} of {progress.Epochs}: {string.Join(", ", parts.Where(part => part.Length > 0))}"));
        if (progress.Warning is { } warning)
        {
            _writer.WriteLine(warning);
        }

        _writer.Flush();
    }
}
