using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>Classes in descending order of their logits, the predicted one first, and logit differences to it.</summary>
internal static class DifferenceFrame
{
    /// <summary>The order of classes [N, C], and the probabilities of all but the first [N, C−1] in float64.</summary>
    public static (Tensor Order, Tensor Others) Of(Tensor logits)
    {
        using var noGrad = no_grad();
        var (sorted, order) = logits.detach().to(ScalarType.Float64).sort(1, descending: true);
        return (order, sorted.softmax(1).narrow(1, 1, logits.shape[1] - 1).contiguous());
    }

    /// <summary>The cotangent of (the <paramref name="other"/>th logit in order − the predicted one), shape [N, C].</summary>
    public static Tensor Cotangent(Tensor order, long other, Tensor logits)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var one = ones([logits.shape[0], 1], logits.dtype, logits.device);
        return zeros_like(logits)
            .scatter_(1, order.narrow(1, 0, 1), one.neg())
            .scatter_(1, order.narrow(1, other, 1), one)
            .MoveToOuterDisposeScope();
    }
}
