using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>
/// The family of attacks that know a classifier by its scores alone and have a budget of queries. Rows that reach the goal, unperturbed or later,
/// ask no more. All open rows ask together; what a row draws depends on the seed and its key alone. Where nothing reaches the goal, attacks within
/// a budget return the best that they came across. Scores that are the logarithms of probabilities of 0 count as the smallest that Single can
/// hold.
/// </summary>
public abstract record ScoreBasedAttack : Attack<IClassifier>
{
    private readonly int _queries;

    private protected ScoreBasedAttack(ThreatModel threatModel, int queries)
        : base(threatModel)
    {
        _queries = queries;
    }

    /// <summary>
    /// How often the classifier may be asked about a row at most, the original included, at least 1. Besides, every attack asks once about what it
    /// returns, and under constraints once more about the original.
    /// </summary>
    public int Queries
    {
        get => _queries;
        init => _queries = InRange(value, value >= 1, ">= 1", nameof(Queries));
    }

    /// <summary>What is to grow.</summary>
    private protected abstract AttackObjective ObjectiveOf(Goal goal);

    /// <summary>Asks and offers what it finds until no row is left.</summary>
    /// <param name="rows">The rows that do not reach the goal yet, at least one; grad mode is off.</param>
    private protected abstract void Search(ScoredRows rows);

    /// <inheritdoc/>
    protected sealed override Tensor Perturb(AttackContext<IClassifier> context)
    {
        using var noGrad = no_grad();
        if (ThreatModel.Epsilon == 0)
        {
            return context.Originals;
        }

        using var scope = NewDisposeScope();
        var rows = new ScoredRows(context, ObjectiveOf(context.Goal), Queries);
        if (rows.Count > 0)
        {
            Search(rows);
        }

        return rows.Result.MoveToOuterDisposeScope();
    }
}
