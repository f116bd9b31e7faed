using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Trees;

/// <summary>
/// The family of attacks that read the trees of a <see cref="TreeClassifier"/> and look for the smallest perturbation which reaches the goal. Rows
/// that reach it unperturbed stay as they are, and so do rows for which nothing is found. A finite ε keeps what is found within it only. Frozen
/// features, whole numbers and factors of the budget are part of the search; 8-bit pixels and one-hot groups are not: of what is found, the nearest
/// valid input is kept if it reaches the goal as well.
/// </summary>
public abstract record TreeAttack : MinimumNormAttack<TreeClassifier>
{
    private protected TreeAttack(ThreatModel threatModel)
        : base(threatModel)
    {
    }

    /// <summary>Looks for a near input of one row.</summary>
    /// <param name="nodes">The trees.</param>
    /// <param name="row">The row.</param>
    /// <param name="goal">What to reach.</param>
    /// <param name="draw">Random numbers of the row, as many as it has used features, others with each call.</param>
    /// <param name="cancellation">Ends the search early.</param>
    /// <returns>The values of the used features; null where nothing is found.</returns>
    private protected abstract float[]? Search(
        TreeNodes nodes, EvasionRow row, EvasionGoal goal, Func<float[]> draw, CancellationToken cancellation);

    private protected sealed override Tensor Smallest(AttackContext<TreeClassifier> context)
    {
        using var noGrad = no_grad();
        var originals = context.Originals;
        if (Epsilon == 0)
        {
            return originals;
        }

        var found = originals.clone();
        var searched = new TreeRows(context.Classifier, originals, context.Goal, ThreatModel);
        for (var row = 0; row < searched.Count && !context.WasCancelled; row++)
        {
            var random = context.Random.Select([row], stream: 1);
            if (Search(context.Classifier.Ensemble.Nodes, searched.Row(row), searched.Goal(row), () => Draw(random, searched.Features), context.Run.Cancellation)
                is { } point)
            {
                searched.Write(point, found, row);
            }
        }

        // Under constraints, what is valid is what counts. Clipped by as little as rounding, an input is on the other side of a threshold.
        var valid = context.Conformed(found);
        var sizes = context.ThreatModel.Norm.Measure(valid - originals);
        var kept = context.Goal.IsReached(context.Classifier.Logits(valid)).logical_and_(sizes.less_equal(Epsilon)).nonzero().flatten();
        return originals.index_copy(0, kept, valid.index_select(0, kept));
    }

    /// <summary>The budget; where inputs are clipped to it in Single, never more than that.</summary>
    private protected double Epsilon => Math.Min(ThreatModel.Epsilon, (float)ThreatModel.Epsilon);

    private static float[] Draw(RowRandom random, int count)
    {
        using var scope = NewDisposeScope();
        return random.Uniform(empty(1, count), 0, 1).data<float>().ToArray();
    }
}
