using System.Diagnostics;
using Microsoft.ML.Adversarial.Training.Callbacks;

/// <summary>
/// Kills the process at a moment of its training: before a batch ("batch"), after an epoch but before its checkpoint ("epoch"), or while a
/// checkpoint is written ("file"), by number.
/// </summary>
internal sealed class Killer : ITrainingCallback, IDisposable
{
    private readonly string _moment;
    private readonly int _number;
    private readonly FileSystemWatcher _watcher;
    private int _files;

    public Killer(string folder, string moment, int number)
    {
        (_moment, _number) = (moment, number);
        _watcher = new(folder, "*.tmp") { EnableRaisingEvents = true };
        _watcher.Created += (_, _) => Come("file", ++_files);
    }

    // A file that was written before the watcher knew is over by now.
    public void EpochStarted(TrainingRun run, int epoch) => Come("file", epoch);

    public void BatchStarted(TrainingRun run, TrainingBatch batch) => Come("batch", (int)batch.Number);

    public void EpochEnded(TrainingRun run, TrainingEpoch epoch) => Come("epoch", epoch.Progress.Epoch);

    public void Dispose() => _watcher.Dispose();

    private void Come(string moment, int number)
    {
        if (moment == _moment && number == _number)
            Process.GetCurrentProcess().Kill();
    }
}
