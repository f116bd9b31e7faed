namespace Microsoft.ML.Adversarial.Training.Callbacks;

/// <summary>A callback that a test decides, and that notes what it was told.</summary>
internal sealed class ScriptedCallback : ITrainingCallback
{
    public int EveryBatches { get; init; } = 1;

    public Action<TrainingRun>? Started { get; init; }

    public Action<TrainingRun, int>? AtEpochStart { get; init; }

    public Action<TrainingRun, TrainingBatch>? AtBatchStart { get; init; }

    public Action<TrainingRun, TrainingBatch, double>? AtBatchEnd { get; init; }

    public Action<TrainingRun, TrainingEpoch>? AtEpochEnd { get; init; }

    public Action<TrainingRun>? Ended { get; init; }

    public List<string> Told { get; } = [];

    /// <summary>A callback that does the same whatever it is told.</summary>
    public static ScriptedCallback Always(Action<TrainingRun> act) => new()
    {
        Started = act,
        AtEpochStart = (run, _) => act(run),
        AtBatchStart = (run, _) => act(run),
        AtBatchEnd = (run, _, _) => act(run),
        AtEpochEnd = (run, _) => act(run),
        Ended = act,
    };

    public void TrainingStarted(TrainingRun run)
    {
        Told.Add($"started {run.EpochsDone}/{run.Epochs}x{run.StepsPerEpoch}");
        Started?.Invoke(run);
    }

    public void EpochStarted(TrainingRun run, int epoch)
    {
        Told.Add($"epoch {epoch}");
        AtEpochStart?.Invoke(run, epoch);
    }

    public void BatchStarted(TrainingRun run, TrainingBatch batch)
    {
        Told.Add($"batch {batch.Epoch}.{batch.Step} #{batch.Number}");
        AtBatchStart?.Invoke(run, batch);
    }

    public void BatchEnded(TrainingRun run, TrainingBatch batch, double loss)
    {
        Told.Add($"batch {batch.Epoch}.{batch.Step} over");
        AtBatchEnd?.Invoke(run, batch, loss);
    }

    public void EpochEnded(TrainingRun run, TrainingEpoch epoch)
    {
        Told.Add($"epoch {epoch.Progress.Epoch} over");
        AtEpochEnd?.Invoke(run, epoch);
    }

    public void TrainingEnded(TrainingRun run)
    {
        Told.Add("ended");
        Ended?.Invoke(run);
    }
}
