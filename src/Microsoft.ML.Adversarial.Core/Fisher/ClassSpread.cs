using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// What <see cref="DifferenceFrame"/> says of a batch, as tensors: for many classes, of which the trace's estimate looks at all but reads few.
/// </summary>
/// <param name="Predicted">The classes with the largest logits, shape [N, 1], Int64.</param>
/// <param name="Shares">p of the other classes divided by 1 − p_max, 0 at the predicted one; shape [N, C].</param>
/// <param name="Doubt">1 − p_max, shape [N, 1], Float64.</param>
internal sealed record ClassSpread(Tensor Predicted, Tensor Shares, Tensor Doubt)
{
    /// <summary>p_max, shape [N, 1], Float64.</summary>
    public Tensor Confidence => 1 - Doubt;

    /// <param name="logits">Shape [N, C].</param>
    public static ClassSpread Of(Tensor logits)
    {
        using var noGrad = no_grad();
        var values = logits.detach();
        var predicted = values.argmax(1, keepdim: true);
        var others = values.scatter(1, predicted, full_like(predicted, double.NegativeInfinity, values.dtype));
        var second = others.amax([1], keepdim: true);
        var weights = (others - second).exp_();
        var sum = weights.sum(1, keepdim: true);

        // In the odds against the predicted class nothing cancels on saturated rows.
        var gap = second.to(ScalarType.Float64) - values.gather(1, predicted).to(ScalarType.Float64);
        var odds = gap.exp_().mul_(sum.to(ScalarType.Float64));
        return new(predicted, weights.div_(sum), odds / (odds + 1));
    }
}
