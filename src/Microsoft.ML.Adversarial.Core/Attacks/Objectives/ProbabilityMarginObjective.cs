using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Objectives;

/// <summary>The difference of the two probabilities that decide. Its gradient vanishes on saturated networks.</summary>
internal sealed record ProbabilityMarginObjective : AttackObjective
{
    public override Tensor Value(Tensor logits, Goal goal)
    {
        using var probabilities = logits.softmax(1);
        return LogitMargin.Value(probabilities, goal);
    }

    // With u the margin's cotangent in the probabilities F: ∂/∂z = F (u − uᵀF).
    public override Tensor Cotangent(Tensor logits, Goal goal)
    {
        using var scope = NewDisposeScope();
        var probabilities = logits.softmax(1);
        var weighted = LogitMargin.Cotangent(probabilities, goal).mul_(probabilities);
        return weighted.sub_(probabilities * weighted.sum(1, keepdim: true)).MoveToOuterDisposeScope();
    }
}
