using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Objectives;

/// <summary>
/// The Kullback-Leibler divergence of the prediction from a given one, KL(p ‖ softmax(z)): what TRADES maximises (Zhang et al. 2019,
/// arXiv:1901.08573, equation 5). For attacks that keep all rows in the batch.
/// </summary>
/// <param name="Reference">p, shape [N, classes].</param>
internal sealed record DivergenceObjective(Tensor Reference) : AttackObjective
{
    public override Tensor Value(Tensor logits, Goal goal)
    {
        using var scope = NewDisposeScope();
        return (Reference.xlogy(Reference) - (Reference * logits.log_softmax(1))).sum(1).MoveToOuterDisposeScope();
    }

    public override Tensor Cotangent(Tensor logits, Goal goal)
    {
        using var scope = NewDisposeScope();
        return logits.softmax(1).sub_(Reference).MoveToOuterDisposeScope();
    }
}
