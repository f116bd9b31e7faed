using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Objectives;

/// <summary>
/// (max of the others − z_y) / (z_π1 − z_π3) for a label, (z_t − max of the others) / (z_π1 − (z_π3 + z_π4)/2) for a target, with π the
/// order of descending logits. Until a row is misclassified, the largest of a target's rivals is the label, as in the paper.
/// </summary>
internal sealed record DifferenceOfLogitsRatioObjective : AttackObjective
{
    private const double Smallest = 1e-12;

    public override Tensor Value(Tensor logits, Goal goal)
    {
        if (!IsDefined(logits, goal))
        {
            return LogitMargin.Value(logits, goal);
        }

        using var scope = NewDisposeScope();
        var (weights, order) = Spread(logits, goal);
        return (LogitMargin.Value(logits, goal) / Weighted(logits, weights, order)).MoveToOuterDisposeScope();
    }

    public override Tensor Cotangent(Tensor logits, Goal goal)
    {
        if (!IsDefined(logits, goal))
        {
            return LogitMargin.Cotangent(logits, goal);
        }

        using var scope = NewDisposeScope();
        var (weights, order) = Spread(logits, goal);
        var spread = Weighted(logits, weights, order).unsqueeze_(1);
        var ratio = LogitMargin.Value(logits, goal).unsqueeze_(1).div_(spread);
        var cotangent = LogitMargin.Cotangent(logits, goal);
        return cotangent.scatter_add_(1, order, weights * -ratio).div_(spread).MoveToOuterDisposeScope();
    }

    private static bool IsDefined(Tensor logits, Goal goal) => logits.shape[1] >= (goal.LossSign > 0 ? 3 : 4);

    // The spread as a weighted sum of the largest logits.
    private static (Tensor Weights, Tensor Order) Spread(Tensor logits, Goal goal)
    {
        double[] weights = goal.LossSign > 0 ? [1, 0, -1] : [1, 0, -0.5, -0.5];
        var (_, order) = logits.detach().topk(weights.Length, 1);
        return (tensor(weights, dtype: logits.dtype, device: logits.device).unsqueeze(0), order);
    }

    private static Tensor Weighted(Tensor logits, Tensor weights, Tensor order) =>
        (logits.gather(1, order) * weights).sum(dim: 1).add_(Smallest);
}
