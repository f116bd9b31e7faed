using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Explanations;
using Microsoft.ML.Adversarial.Pictures;
using Microsoft.ML.Adversarial.Settings;
using SkiaSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Callbacks;

/// <summary>
/// Draws, while a network trains, the inputs of a batch whose two largest logits are large and close: each input, the gradients of both logits
/// with respect to it, and the input moved along each. A PNG file per look that finds any, such as epoch-001-batch-000200.png.
/// </summary>
/// <remarks>The stages of distillation have a folder each within this one, such as teacher.</remarks>
public sealed class ConfusingLogitsCallback : ITrainingCallback
{
    private readonly string _folder;
    private readonly int _everyBatches = 500;
    private readonly int _topK = 3;
    private readonly ConfusingLogits _confusion = new();

    /// <summary>Draws into a folder.</summary>
    /// <param name="folder">The folder, made if it is missing.</param>
    public ConfusingLogitsCallback(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = folder;
    }

    /// <summary>Every how many batches one is looked at, at least 1. Default 500, about once an epoch of MNIST.</summary>
    public int EveryBatches
    {
        get => _everyBatches;
        init => _everyBatches = SettingRange.Require(value, value >= 1, ">= 1", nameof(EveryBatches));
    }

    /// <summary>Most inputs in a picture, at least 1: those whose logits are closest. Default 3.</summary>
    public int TopK
    {
        get => _topK;
        init => _topK = SettingRange.Require(value, value >= 1, ">= 1", nameof(TopK));
    }

    /// <summary>Which inputs are confusing, and how far they are moved. Default as the record's.</summary>
    public ConfusingLogits Confusion
    {
        get => _confusion;
        init => _confusion = SettingRange.Require(value, value is not null, "not null", nameof(Confusion));
    }

    /// <summary>What the classes are called, one name each; null for their numbers from 0. Default null.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>
    /// Where pictures go as well, under the tag <c>ConfusingLogits</c>; it must be among the callbacks too. Null for files alone. Default null.
    /// </summary>
    public TensorBoardCallback? TensorBoard { get; init; }

    /// <inheritdoc/>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="ArgumentException">There are not as many names as classes.</exception>
    public void TrainingStarted(TrainingRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (ClassNames is { } names && names.Count != run.Classifier.ClassCount)
        {
            throw new ArgumentException($"Expected {run.Classifier.ClassCount} class names, one per class, got {names.Count}.");
        }

        run.OpenFolder(_folder, "for pictures", folder =>
        {
            using var probe = new FileStream(
                Path.Combine(folder, $"{Guid.NewGuid():N}.tmp"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        });
    }

    /// <inheritdoc/>
    public void BatchEnded(TrainingRun run, TrainingBatch batch, double loss)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(batch);
        run.Evaluate(classifier => Look(run, batch, classifier));
    }

    private void Look(TrainingRun run, TrainingBatch batch, NetworkClassifier classifier)
    {
        using var scope = NewDisposeScope();
        using var looked = Confusion.Compute(classifier, batch.Inputs, ConfusingLogitsParts.None);
        var found = looked.IsConfusing.nonzero().flatten();
        if (found.shape[0] == 0)
        {
            return;
        }

        var closest = found.index_select(0, looked.Gap.index_select(0, found).argsort().narrow(0, 0, Math.Min(TopK, found.shape[0])));
        var inputs = batch.Inputs.index_select(0, closest);
        using var result = Confusion.Compute(classifier, inputs);
        var picture = new ConfusingLogitsPicture
        {
            Title = FormattableString.Invariant($"Confusing logits: epoch {batch.Epoch}, batch {batch.Step}"),
            ClassNames = ClassNames,
        }.Draw(classifier, inputs, result, batch.Labels.index_select(0, closest));
        using var drawn = picture.Draw();
        PictureGrid.Save(drawn, Path.Combine(run.Folder(_folder), FormattableString.Invariant($"epoch-{batch.Epoch:D3}-batch-{batch.Step:D6}.png")));
        if (TensorBoard is { } board)
        {
            board.Writer.add_img("ConfusingLogits", Pixels(drawn), checked((int)batch.Number));
        }
    }

    private static Tensor Pixels(SKBitmap bitmap)
    {
        using var pixels = frombuffer(bitmap.Bytes, ScalarType.Byte, bitmap.ByteCount).reshape(bitmap.Height, bitmap.Width, bitmap.BytesPerPixel);
        return pixels.narrow(2, 0, 3).permute(2, 0, 1).to(ScalarType.Float32) / byte.MaxValue;
    }
}
