using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Objectives;

/// <summary>max of the other logits − the class's logit, to grow for a label and to shrink for a target (Carlini &amp; Wagner 2017, f6).</summary>
internal sealed record LogitMarginObjective : AttackObjective
{
    public override Tensor Value(Tensor logits, Goal goal)
    {
        using var scope = NewDisposeScope();
        var (index, rival) = Decisive(logits, goal);
        return ((logits.gather(1, rival) - logits.gather(1, index)).squeeze(1) * goal.LossSign).MoveToOuterDisposeScope();
    }

    public override Tensor Cotangent(Tensor logits, Goal goal)
    {
        using var scope = NewDisposeScope();
        var (index, rival) = Decisive(logits, goal);
        var sign = full_like(index, goal.LossSign, logits.dtype);
        return zeros_like(logits).scatter_(1, rival, sign).scatter_(1, index, -sign).MoveToOuterDisposeScope();
    }

    /// <summary>The most likely class but the goal's, shape [N, 1].</summary>
    public static Tensor RivalOf(Tensor logits, Goal goal)
    {
        var index = goal.Classes.unsqueeze(1);
        return logits.detach().scatter(1, index, full_like(index, double.NegativeInfinity, logits.dtype)).argmax(1, keepdim: true);
    }

    private static (Tensor Index, Tensor Rival) Decisive(Tensor logits, Goal goal) => (goal.Classes.unsqueeze(1), RivalOf(logits, goal));
}
