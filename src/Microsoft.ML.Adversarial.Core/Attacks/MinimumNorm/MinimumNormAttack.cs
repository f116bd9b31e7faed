using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm;

/// <summary>
/// The family of attacks that look for the smallest perturbation which reaches the goal, rather than for what a budget allows. Rows that reach
/// it unperturbed stay as they are, and so do rows for which nothing is found. A finite ε keeps what is found within it only.
/// </summary>
public abstract record MinimumNormAttack : Attack<IDifferentiableClassifier>, IMinimumNormAttack
{
    // By which a size may exceed the budget that its perturbation was projected on.
    private const double Rounding = 1e-6;

    private protected MinimumNormAttack(ThreatModel threatModel)
        : base(threatModel)
    {
    }

    /// <summary>Logits that reach the goal only where these reach it clearly enough for the attack; these themselves unless overridden.</summary>
    internal virtual Tensor Demand(Tensor logits, Goal goal) => logits;

    /// <summary>Looks for small perturbations and offers whatever it comes across.</summary>
    /// <param name="context">The rows that do not reach the goal yet, at least one; grad mode is on.</param>
    /// <param name="found">What was found so far for these rows.</param>
    private protected abstract void Search(AttackContext<IDifferentiableClassifier> context, SmallestFound found);

    /// <inheritdoc/>
    protected sealed override Tensor Perturb(AttackContext<IDifferentiableClassifier> context)
    {
        var open = context.ReachedBefore.logical_not().nonzero().flatten();
        if (open.shape[0] == 0)
        {
            return context.Originals;
        }

        var remaining = context.Select(open, stream: 0);
        var found = new SmallestFound(remaining, Demand);
        Search(remaining, found);
        var sizes = ThreatModel.Norm.Measure(found.Inputs - remaining.Originals);
        var within = sizes.less_equal(ThreatModel.Epsilon * (1 + Rounding)).nonzero().flatten();
        return context.Originals.index_copy(0, open.index_select(0, within), found.Inputs.index_select(0, within));
    }
}
