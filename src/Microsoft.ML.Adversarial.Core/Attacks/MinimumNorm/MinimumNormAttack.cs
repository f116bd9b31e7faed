using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm;

/// <summary>
/// The family of attacks that look for the smallest perturbation which reaches the goal, rather than for what a budget allows. Rows that reach
/// it unperturbed stay as they are, and so do rows for which nothing is found. A finite ε keeps what is found within it only.
/// </summary>
/// <typeparam name="TClassifier">What the attack needs of the classifier.</typeparam>
public abstract record MinimumNormAttack<TClassifier> : Attack<TClassifier>, IMinimumNormAttack
    where TClassifier : class, IClassifier
{
    // By which a size may exceed the budget that its perturbation was projected on.
    private const double Rounding = 1e-6;

    private protected MinimumNormAttack(ThreatModel threatModel)
        : base(threatModel)
    {
    }

    /// <summary>Looks for small perturbations.</summary>
    /// <param name="context">The rows that do not reach the goal yet, at least one; grad mode is on.</param>
    /// <returns>The smallest perturbed inputs found that reach the goal, the originals where nothing was found; shape [N, …].</returns>
    private protected abstract Tensor Smallest(AttackContext<TClassifier> context);

    /// <inheritdoc/>
    protected sealed override Tensor Perturb(AttackContext<TClassifier> context)
    {
        var open = context.ReachedBefore.logical_not().nonzero().flatten();
        if (open.shape[0] == 0)
        {
            return context.Originals;
        }

        var remaining = context.Select(open, stream: 0);
        var found = Smallest(remaining);
        var sizes = ThreatModel.Norm.Measure(found - remaining.Originals);
        var within = sizes.less_equal(ThreatModel.Epsilon * (1 + Rounding)).nonzero().flatten();
        return context.Originals.index_copy(0, open.index_select(0, within), found.index_select(0, within));
    }
}

/// <summary>The attacks that look for the smallest perturbation with gradients.</summary>
public abstract record MinimumNormAttack : MinimumNormAttack<IDifferentiableClassifier>
{
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

    private protected sealed override Tensor Smallest(AttackContext<IDifferentiableClassifier> context)
    {
        var found = new SmallestFound(context, Demand);
        Search(context, found);
        return found.Inputs;
    }
}
