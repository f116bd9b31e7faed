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
        var weights = (sorted - sorted.narrow(1, 0, 1)).exp_();
        return (order, weights.narrow(1, 1, logits.shape[1] - 1) / weights.sum(1, keepdim: true));
    }

    /// <summary>The cotangents of (each other logit in order − the predicted one), shape [C−1, N, C].</summary>
    public static Tensor Cotangents(Tensor order, Tensor logits)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (rows, classes) = (logits.shape[0], logits.shape[1]);
        var others = order.narrow(1, 1, classes - 1).t().unsqueeze(2);
        var predicted = order.narrow(1, 0, 1).expand(classes - 1, rows, 1);
        var cotangents = zeros([classes - 1, rows, classes], logits.dtype, logits.device);
        return cotangents
            .scatter_(2, predicted, full_like(predicted, -1.0, logits.dtype))
            .scatter_(2, others, ones_like(others, logits.dtype))
            .MoveToOuterDisposeScope();
    }
}
