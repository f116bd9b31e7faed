using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// Row by row, the Gram matrix K′ = J′J′ᵀ of the parameter gradients of logit differences to the predicted class. Every Fisher-information
/// score of a prediction can be read off it.
/// </summary>
internal sealed class LogitGram(DifferenceFrame frame, HostDoubles gram)
{
    private readonly int _size = frame.Classes - 1;

    public DifferenceFrame Frame { get; } = frame;

    /// <summary>K′ of one row, (C − 1)², row-major.</summary>
    public ReadOnlySpan<double> Row(int row) => gram.Values.Slice(row * _size * _size, _size * _size);

    /// <summary>K′ of a batch that fits in memory; lives as long as the caller's dispose scope.</summary>
    public static LogitGram Of(NetworkClassifier classifier, Tensor rows)
    {
        using var scope = NewDisposeScope();
        if (RecordedPass.TryRun(classifier, rows) is not { } pass)
        {
            return PerRowGram.Compute(classifier, rows);
        }

        var frame = DifferenceFrame.Of(pass.Logits);
        var uses = pass.Recording.Uses;
        var cotangents = pass.BackwardCondensed(frame.DifferenceCotangents(pass.Logits));
        using var noGrad = no_grad();
        var size = frame.Classes - 1;
        var gram = zeros([frame.Rows, size, size], pass.Logits.dtype, pass.Logits.device);
        for (var use = 0; use < uses.Count; use++)
        {
            using var layer = NewDisposeScope();
            gram.add_(uses[use].Gram(cotangents[use]));
        }

        return new(frame, HostDoubles.Of(gram).MoveToOuterDisposeScope());
    }
}
