using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Objectives;

/// <summary>
/// The log-odds of the other classes together, logsumexp of their logits − the class's logit, to grow for a label and to shrink for a target.
/// Its gradient is the cross-entropy's divided by the probability of the other classes: the same direction at every point, but one that
/// does not vanish on saturated networks.
/// </summary>
internal sealed record LogOddsObjective : AttackObjective
{
    public override Tensor Value(Tensor logits, Goal goal)
    {
        using var scope = NewDisposeScope();
        var index = goal.Classes.unsqueeze(1);
        var odds = Others(logits, index).logsumexp(1) - logits.gather(1, index).squeeze(1);
        return (odds * goal.LossSign).MoveToOuterDisposeScope();
    }

    public override Tensor Cotangent(Tensor logits, Goal goal)
    {
        using var scope = NewDisposeScope();
        var index = goal.Classes.unsqueeze(1);
        var cotangent = Others(logits, index).softmax(1).scatter_(1, index, full_like(index, -1.0, logits.dtype));
        return (goal.LossSign < 0 ? cotangent.neg_() : cotangent).MoveToOuterDisposeScope();
    }

    private static Tensor Others(Tensor logits, Tensor index) =>
        logits.scatter(1, index, full_like(index, double.NegativeInfinity, logits.dtype));
}
