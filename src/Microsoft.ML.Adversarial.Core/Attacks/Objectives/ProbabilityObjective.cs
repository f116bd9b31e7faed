using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Objectives;

/// <summary>The probability of the class, to grow for a target and to shrink for a label. Its gradient vanishes on saturated networks.</summary>
internal sealed record ProbabilityObjective : AttackObjective
{
    public override Tensor Value(Tensor logits, Goal goal)
    {
        using var scope = NewDisposeScope();
        return (Probability(logits, goal).squeeze(1) * -goal.LossSign).MoveToOuterDisposeScope();
    }

    // ∂F_c/∂z = F_c (onehot − F), and ∂(cross-entropy)/∂z = F − onehot.
    public override Tensor Cotangent(Tensor logits, Goal goal)
    {
        using var scope = NewDisposeScope();
        return CrossEntropy.Cotangent(logits, goal).mul_(Probability(logits, goal)).MoveToOuterDisposeScope();
    }

    private static Tensor Probability(Tensor logits, Goal goal) => logits.softmax(1).gather(1, goal.Classes.unsqueeze(1));
}
