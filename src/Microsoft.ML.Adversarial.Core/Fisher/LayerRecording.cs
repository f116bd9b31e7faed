using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>What the layers did in one forward pass, in the order they ran.</summary>
internal sealed class LayerRecording(LayerTaps taps, List<LayerUse> uses, List<(Tensor Input, Tensor Output)> curves)
{
    private Tensor?[]? _slopes;

    public IReadOnlyList<LayerUse> Uses => uses;

    /// <summary>What went in and out of elementwise functions with a second derivative, where <see cref="LayerTaps.HasKnownCurvature"/>.</summary>
    public IReadOnlyList<(Tensor Input, Tensor Output)> Curves => curves;

    /// <summary>The uses of <see cref="LayerTaps.Tail"/>, which are the last ones; none where it did not run on vectors.</summary>
    public IReadOnlyList<LayerUse> Tail
    {
        get
        {
            var tail = uses.TakeLast(taps.Tail.Count).ToArray();
            return tail.Select(use => use.Layer).SequenceEqual(taps.Tail) && tail.All(use => use.Input.dim() == 2) ? tail : [];
        }
    }

    /// <summary>
    /// The derivatives of the elementwise functions between the tail's layer before and this one, in the shape of this one's input: one backward
    /// pass, whatever the number of cotangents.
    /// </summary>
    /// <param name="tail">The tail.</param>
    /// <param name="index">Place of the layer in it, at least 1.</param>
    public Tensor SlopesBefore(IReadOnlyList<LayerUse> tail, int index)
    {
        _slopes ??= new Tensor?[tail.Count];
        return _slopes[index] ??= autograd.grad(
            [tail[index].Input], [tail[index - 1].Output], [ones_like(tail[index].Input)], retain_graph: true)[0];
    }

    /// <summary>
    /// Whether every layer was seen once, with the rows of the batch on its first axis. What the rules don't cover: a layer that ran twice,
    /// whose gradients add up across uses; one whose <c>forward</c> was called, which runs no hook; one that sees rows rearranged.
    /// </summary>
    public bool IsComplete(long rows) =>
        uses.Count == taps.Count && uses.DistinctBy(use => use.Layer).Count() == uses.Count && uses.TrueForAll(use => use.Input.shape[0] == rows);
}
