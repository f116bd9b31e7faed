using Microsoft.ML.Adversarial.Settings;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Callbacks;

/// <summary>
/// Writes scalars for TensorBoard. Per batch, over the number of the batch: <c>Loss/Batch</c>. Per epoch, over its number:
/// <c>Loss/Training</c>, <c>LearningRate</c> and, where measured, <c>Loss/Validation</c>, <c>Accuracy/Validation</c>,
/// <c>Accuracy/Robust</c>.
/// </summary>
/// <remarks>
/// Every training adds a file to the folder, and TensorBoard shows all of one folder as one run: take a folder per training. One that
/// continues from a checkpoint belongs in the folder that it began with. The stages of distillation have a folder each within this one,
/// such as teacher. Wall times are rounded to about two minutes, which is what TorchSharp's writer can pass on.
/// </remarks>
public sealed class TensorBoardCallback : ITrainingCallback
{
    private readonly string _folder;
    private readonly int _everyBatches = 10;
    private SummaryWriter? _writer;

    /// <summary>Writes to a folder.</summary>
    /// <param name="folder">The folder, made if it is missing: what <c>tensorboard --logdir</c> is given, or one within.</param>
    public TensorBoardCallback(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = folder;
    }

    /// <summary>Every how many batches the loss is written, at least 1. Default 10.</summary>
    public int EveryBatches
    {
        get => _everyBatches;
        init => _everyBatches = SettingRange.Require(value, value >= 1, ">= 1", nameof(EveryBatches));
    }

    /// <summary>What scalars go through, for other callbacks to add pictures and more to the same run.</summary>
    /// <exception cref="InvalidOperationException">No training has started yet, or its folder cannot be written.</exception>
    public SummaryWriter Writer => _writer
        ?? throw new InvalidOperationException($"Expected a training that has started and can write to '{_folder}', got none: ask for the writer later.");

    /// <inheritdoc/>
    /// <exception cref="IOException">The folder cannot be written; nothing is written later either.</exception>
    public void TrainingStarted(TrainingRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        _writer = null;
        run.OpenFolder(_folder, "for TensorBoard's files", folder => _writer = utils.tensorboard.SummaryWriter(folder));
    }

    /// <inheritdoc/>
    public void BatchEnded(TrainingRun run, TrainingBatch batch, double loss)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Write("Loss/Batch", loss, batch.Number);
    }

    /// <inheritdoc/>
    public void EpochEnded(TrainingRun run, TrainingEpoch epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        var progress = epoch.Progress;
        Write("Loss/Training", progress.TrainingLoss, progress.Epoch);
        Write("Loss/Validation", progress.ValidationLoss, progress.Epoch);
        Write("Accuracy/Validation", progress.ValidationAccuracy, progress.Epoch);
        Write("Accuracy/Robust", progress.RobustAccuracy, progress.Epoch);
        Write("LearningRate", epoch.LearningRate, progress.Epoch);
    }

    private void Write(string tag, double? value, long step)
    {
        if (value is { } number)
        {
            _writer?.add_scalar(tag, (float)number, checked((int)step), DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        }
    }
}
