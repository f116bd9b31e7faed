using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// K′ and q with the graph back to the inputs, for gradients of what can be read off them: second derivatives of the network. Scores are
/// logarithms, whose gradients keep their digits on saturated rows.
/// </summary>
internal sealed class FisherScoreGraph
{
    private readonly Tensor _gram;
    private readonly Tensor _shares;
    private readonly Tensor _doubt;
    private readonly Tensor _logDoubt;

    private FisherScoreGraph(Tensor gram, Tensor shares, Tensor logDoubt)
    {
        (_gram, _shares, _logDoubt) = (gram, shares, logDoubt);
        _doubt = logDoubt.exp();
    }

    /// <summary>How many rows' graphs are held at once.</summary>
    public const int Rows = 64;

    /// <param name="classifier">A network whose every layer has a rule.</param>
    /// <param name="leaf">Rows that require a gradient, shape [N, …].</param>
    /// <exception cref="NotSupportedException">A layer has no rule.</exception>
    public static FisherScoreGraph Of(NetworkClassifier classifier, Tensor leaf)
    {
        if (classifier.Taps.Uncovered is { } layer)
        {
            throw new NotSupportedException($"The gradient of Fisher information needs a rule for every layer, got {layer} without one.");
        }

        var (logits, recording) = classifier.Taps.Run(classifier.RecordedLogits, leaf);
        if (!recording.IsComplete(leaf.shape[0]))
        {
            throw new NotSupportedException("The gradient of Fisher information needs layers that see each row once, got one that runs more often or on rows rearranged.");
        }

        RecordedPass.RequireGraph(logits);
        var predicted = logits.argmax(1, keepdim: true);
        var places = arange(logits.shape[1] - 1, device: logits.device).unsqueeze(0);
        var others = places + places.greater_equal(predicted).to(ScalarType.Int64);
        return new(Gram(logits, recording, predicted, others), Shares(logits, others), LogDoubt(logits, others));
    }

    /// <summary>log tr F, with tr F = d(Σ q̃_k K′_kk − d·q̃ᵀK′q̃), q = d·q̃; shape [N].</summary>
    public Tensor LogTrace() => (Weighted(_gram.diagonal(0, 1, 2)) - (_doubt * Weighted(Mean()))).log() + _logDoubt;

    /// <summary>log vᵀFv along v = ∇ log p of the predicted class, whose cotangent is −q and tangent −K′q; shape [N].</summary>
    /// <param name="normalised">Divided by ‖v‖² = qᵀK′q.</param>
    public Tensor LogForm(bool normalised)
    {
        var tangent = Mean();
        var logForm = (Weighted(tangent.square()) - (_doubt * Weighted(tangent).square())).log() + (3 * _logDoubt);
        return normalised ? logForm - Weighted(tangent).log() - (2 * _logDoubt) : logForm;
    }

    // K′q̃
    private Tensor Mean() => _gram.bmm(_shares.unsqueeze(2)).squeeze(2);

    private Tensor Weighted(Tensor values) => (values * _shares).sum(1);

    private static Tensor Gram(Tensor logits, LayerRecording recording, Tensor predicted, Tensor others)
    {
        var uses = recording.Uses;
        var outputs = uses.Select(use => use.Output).ToArray();
        var kept = uses.Select(_ => new List<Tensor>()).ToArray();
        var condense = uses.Select(use => use.Rule.Condense(use.Input)).ToArray();
        for (var place = 0L; place < others.shape[1]; place++)
        {
            var ones = ones_like(predicted, logits.dtype);
            var difference = zeros_like(logits).scatter_(1, others.narrow(1, place, 1), ones).scatter_(1, predicted, -ones);
            var gradients = autograd.grad([logits], outputs, [difference], retain_graph: true, create_graph: true, allow_unused: true);
            for (var use = 0; use < outputs.Length; use++)
            {
                kept[use].Add(condense[use](gradients[use].IsInvalid ? zeros_like(outputs[use]) : gradients[use]));
            }
        }

        return uses.Select((use, index) => use.Gram(stack(kept[index], 1))).Aggregate((sum, gram) => sum + gram);
    }

    private static Tensor Shares(Tensor logits, Tensor others) => logits.gather(1, others).softmax(1);

    // log(1 − p_max) = log Σ over the others − log Σ over all.
    private static Tensor LogDoubt(Tensor logits, Tensor others) => logits.gather(1, others).logsumexp(1) - logits.logsumexp(1);
}
