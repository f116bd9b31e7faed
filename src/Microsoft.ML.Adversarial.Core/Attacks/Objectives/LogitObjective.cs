using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Objectives;

/// <summary>The class's logit alone, to shrink for a label and to grow for a target.</summary>
internal sealed record LogitObjective : AttackObjective
{
    public override Tensor Value(Tensor logits, Goal goal)
    {
        using var scope = NewDisposeScope();
        return (logits.gather(1, goal.Classes.unsqueeze(1)).squeeze(1) * -goal.LossSign).MoveToOuterDisposeScope();
    }

    public override Tensor Cotangent(Tensor logits, Goal goal)
    {
        using var scope = NewDisposeScope();
        return (nn.functional.one_hot(goal.Classes, logits.shape[1]).to(logits.dtype) * -goal.LossSign).MoveToOuterDisposeScope();
    }
}
