using Microsoft.ML.Adversarial.Attacks.MinimumNorm;
using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.DecisionBased;

/// <summary>
/// The family of attacks that see nothing of a classifier but which class it predicts. They start from any input that reaches the goal,
/// however far away, and walk along the boundary towards the original. A class that is ahead by no more than what rounding does to logits
/// does not count as predicted. Rows whose queries are spent leave the batch.
/// </summary>
/// <remarks>
/// A start is looked for in this order, again and again: noise within the bounds, corners of the bounds, salt and pepper on the original,
/// runs of equal values. Where a feature has no finite bound, a box around the row takes its place, in the scale of the row's own values
/// and larger from try to try. A target that none of <see cref="StartTries"/> inputs hits leaves the row as it is: noise of any kind seldom
/// is what a network calls a particular class, so give targeted attacks inputs of the target classes as <see cref="AttackRun.Starts"/>.
/// </remarks>
public abstract record DecisionBasedAttack : MinimumNormAttack<IClassifier>
{
    private readonly int _queries = 5000;
    private readonly int _startTries = 1000;

    private protected DecisionBasedAttack(ThreatModel threatModel)
        : base(threatModel)
    {
    }

    /// <summary>How often the classifier may be asked about a row, the search for a start included, at least 1. Default 5000.</summary>
    public int Queries
    {
        get => _queries;
        init => _queries = InRange(value, value >= 1, ">= 1", nameof(Queries));
    }

    /// <summary>How many of the queries may go into the search for a start, at least 1. Default 1000.</summary>
    public int StartTries
    {
        get => _startTries;
        init => _startTries = InRange(value, value >= 1, ">= 1", nameof(StartTries));
    }

    /// <summary>The method itself, for one row: points to ask about, after each of which the row knows the answers.</summary>
    /// <param name="row">What is known of the row.</param>
    private protected abstract IEnumerable<double[][]> Walk(DecisionRow row);

    private protected sealed override Tensor Smallest(AttackContext<IClassifier> context)
    {
        using var noGrad = no_grad();
        return new DecisionSearch(context, Queries).Run(Walk);
    }
}
