using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// Leading columns of the Cholesky factor of diag p − ppᵀ, most probable class first, as cotangents of the logits: Σ‖Jᵀc‖² over all C − 1 is
/// tr F, over the first few a lower bound. Divided by √(1 − p_max), so that saturated rows don't underflow.
/// </summary>
internal static class LeadingColumns
{
    /// <param name="spread">Predicted classes and probabilities.</param>
    /// <param name="count">Columns, at most C − 1.</param>
    /// <param name="signs">±1 of random probes, shape [K, C], whose outer products are, summed up and on average, what the columns leave.</param>
    /// <returns>Shape [count + K, N, C].</returns>
    public static Tensor Cotangents(ClassSpread spread, int count, Tensor signs)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var shares = spread.Shares;
        var columns = zeros([count + signs.shape[0], .. shares.shape], shares.dtype, shares.device);

        // The column of the predicted class, √(p_max d)·(e − q/d), over √d.
        var first = columns.select(0, 0);
        first.copy_(shares).neg_().scatter_(1, spread.Predicted, ones_like(spread.Predicted, shares.dtype));
        first.mul_(spread.Confidence.sqrt().to(shares.dtype));

        // Relative to 1 − p_max, all but the first class are of order 1.
        var rest = shares.clone();
        var (largest, labels) = shares.topk(Math.Max(count - 1, 1), 1);
        for (var step = 1; step < count; step++)
        {
            Conditional(rest, labels.narrow(1, step - 1, 1), largest.narrow(1, step - 1, 1), columns.select(0, step));
        }

        if (signs.shape[0] > 0)
        {
            Probe(rest, signs, columns.narrow(0, count, signs.shape[0]));
        }

        return columns.MoveToOuterDisposeScope();
    }

    /// <summary>Signs that depend on the seed only.</summary>
    public static Tensor Signs(long seed, int probes, Tensor logits)
    {
        var random = new Random(unchecked((int)(seed ^ (seed >> 32))));
        var signs = HostDoubles.Zeros(probes, logits.shape[1]);
        foreach (ref var sign in signs.Values)
        {
            sign = random.Next(2) == 0 ? -1 : 1;
        }

        return signs.Like(logits);
    }

    // One class against the rest of total probability "left": √(share·left / (share + left))·(e − rest / left).
    private static void Conditional(Tensor rest, Tensor label, Tensor share, Tensor column)
    {
        using var scope = NewDisposeScope();
        rest.scatter_(1, label, zeros_like(share));
        var left = rest.sum(1, keepdim: true);
        var weight = (share * left / (share + left)).sqrt().nan_to_num_(0);
        column.copy_(rest).mul_((-weight / left).nan_to_num_(0, 0, 0)).scatter_(1, label, weight);
    }

    // (diag √p̂ − p̂√p̂ᵀ / left)ξ has the covariance that the columns leave.
    private static void Probe(Tensor rest, Tensor signs, Tensor probes)
    {
        using var scope = NewDisposeScope();
        probes.copy_((rest / signs.shape[0]).sqrt().unsqueeze(0) * signs.unsqueeze(1));
        var mean = (probes.sum(2, keepdim: true) / rest.sum(1, keepdim: true)).nan_to_num_(0, 0, 0);
        probes.addcmul_(rest.unsqueeze(0), mean, value: -1);
    }
}
