using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.GradientSteps;

/// <summary>
/// Projected gradient descent (Madry et al. 2018, arXiv:1706.06083, section 2.1): steps from a random point of the budget, projected back
/// after each, with restarts. Default: 40 steps of 2.5·ε/40, random start, no restarts.
/// </summary>
[AttackName("pgd", Reference = "Madry et al. 2018, arXiv:1706.06083")]
public sealed record ProjectedGradientDescent : IteratedGradientAttack
{
    private readonly int _restarts = 1;

    /// <summary>40 steps of 2.5·ε/40 from a random start unless set otherwise.</summary>
    /// <param name="norm">Any norm.</param>
    /// <param name="epsilon">Budget, at least 0, in the units of the features.</param>
    public ProjectedGradientDescent(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon).WithBudget(), steps: 40)
    {
    }

    /// <summary>Start at a random point of the budget rather than at the input. Default true.</summary>
    public bool RandomStart { get; init; } = true;

    /// <summary>
    /// How often to run, at least 1. Each further run takes only the rows that no earlier one broke, and a row keeps the input with the
    /// larger objective. Needs <see cref="RandomStart"/>. Default 1.
    /// </summary>
    public int Restarts
    {
        get => _restarts;
        init => _restarts = InRange(value, value >= 1, ">= 1", nameof(Restarts));
    }

    private protected override double DefaultLength => 2.5 * ThreatModel.Epsilon;

    private protected override bool StartsAtOriginals => !RandomStart;

    private protected override Tensor Start(AttackContext<IDifferentiableClassifier> context) =>
        RandomStart ? context.RandomStart() : base.Start(context);

    /// <inheritdoc/>
    protected override Tensor Perturb(AttackContext<IDifferentiableClassifier> context)
    {
        if (Restarts > 1 && !RandomStart)
        {
            throw new InvalidOperationException($"{Restarts} restarts from the same point find the same input: set RandomStart or leave Restarts at 1.");
        }

        var best = base.Perturb(context).detach();
        for (var restart = 1; restart < Restarts && !context.WasCancelled; restart++)
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            var (value, reached) = Judge(context, best);
            var rows = reached.logical_not().nonzero().flatten();
            if (rows.shape[0] == 0)
            {
                break;
            }

            var remaining = context.Select(rows, restart);
            Tensor again;
            using (enable_grad())
            {
                again = base.Perturb(remaining).detach();
            }

            var (valueAgain, reachedAgain) = Judge(remaining, again);
            var better = reachedAgain.logical_or(valueAgain.greater(value.index_select(0, rows)));
            best.index_copy_(0, rows.masked_select(better), again.index_select(0, better.nonzero().flatten()));
        }

        return best;
    }

    private (Tensor Value, Tensor Reached) Judge(AttackContext<IDifferentiableClassifier> context, Tensor inputs)
    {
        var logits = context.Classifier.Logits(inputs);
        return (Objective.Value(logits, context.Goal), context.Goal.IsReached(logits));
    }
}
