using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Trees;

/// <summary>
/// The smallest perturbation of an input of a tree ensemble, with proof that none is smaller: the question that Kantchelian, Tygar &amp; Joseph 2016
/// (arXiv:1509.07892) pose as a mixed-integer programme, answered by branch and bound over boxes of inputs (bounds: Chen et al. 2019,
/// arXiv:1906.03849). It can stop at any time: <see cref="Bound"/> then gives certified lower and upper bounds. The proof holds for the classifier as
/// it computes, rounding included. Works in any norm. Default: 100,000 boxes a row.
/// </summary>
[AttackName("minimaltree", Reference = "Kantchelian, Tygar & Joseph 2016, arXiv:1509.07892; Chen et al. 2019, arXiv:1906.03849")]
public sealed record MinimalTreeEvasion : TreeAttack
{
    private readonly long _nodeBudget = 100_000;

    /// <summary>Looks for the smallest perturbation.</summary>
    /// <param name="norm">Any norm.</param>
    /// <param name="epsilon">Largest size to look for, at least 0, in the units of the features; +∞ for any. A finite one makes the proof that none is
    /// smaller cheaper.</param>
    public MinimalTreeEvasion(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon))
    {
    }

    /// <summary>How many boxes to look at per row, at least 1. Default 100,000.</summary>
    public long NodeBudget
    {
        get => _nodeBudget;
        init => _nodeBudget = InRange(value, value >= 1, ">= 1", nameof(NodeBudget));
    }

    /// <summary>How far each row is from its goal: bounds with proof, and the nearest input found.</summary>
    /// <param name="classifier">The trees.</param>
    /// <param name="inputs">Shape [N, features], Float32, within the classifier's bounds, finite; left as found.</param>
    /// <param name="goal">What to reach, row by row.</param>
    /// <param name="run">Cancellation; null for none. Nothing is random.</param>
    /// <returns>The bounds; the caller disposes it.</returns>
    /// <exception cref="NotSupportedException">There are constraints of 8-bit pixels or one-hot groups, which the search does not know.</exception>
    /// <exception cref="AdversarialInputException">A row is NaN or infinite or out of bounds, or its class is impossible; names the row.</exception>
    public TreeEvasionBounds Bound(TreeClassifier classifier, Tensor inputs, Goal goal, AttackRun? run = null)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(goal);
        if (Constraints.EightBit || Constraints.EightBitFeatures.Count + Constraints.OneHot.Count > 0)
        {
            throw new NotSupportedException(
                $"Expected no constraints but frozen features, whole numbers and factors of epsilon, got '{Constraints}'. Run attacks under others.");
        }

        using var mode = inference_mode(false);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        AttackInputs.Require(classifier, inputs, goal);
        if (!Constraints.AreNone)
        {
            _ = new Attacks.Constraints.ValidInputs(ThreatModel, inputs, classifier.Bounds);
        }

        var rows = new TreeRows(classifier, inputs, goal, ThreatModel);
        var found = inputs.detach().contiguous().clone();
        var reached = goal.IsReached(classifier.Logits(inputs)).data<bool>().ToArray();
        var (lower, upper, exact) = (new double[rows.Count], new double[rows.Count], new bool[rows.Count]);
        for (var index = 0; index < rows.Count; index++)
        {
            if (reached[index])
            {
                exact[index] = true;
                continue;
            }

            var row = rows.Row(index);
            var search = Searched(classifier.Ensemble.Nodes, row, rows.Goal(index), run?.Cancellation ?? CancellationToken.None);
            (lower[index], upper[index]) = (Math.Min(row.Size(search.LowerBound), Epsilon), double.PositiveInfinity);
            exact[index] = search.IsDone && double.IsPositiveInfinity(Epsilon);
            if (search.Best is { } point)
            {
                rows.Write(point, found, index);
                upper[index] = row.Size(search.Limit);
                (lower[index], exact[index]) = (Math.Min(lower[index], upper[index]), search.IsDone);
            }
        }

        return new(found.MoveToOuterDisposeScope(), lower, upper, exact);
    }

    private protected override float[]? Search(
        TreeNodes nodes, EvasionRow row, EvasionGoal goal, Func<float[]> draw, CancellationToken cancellation) =>
        Searched(nodes, row, goal, cancellation).Best;

    private BranchAndBound Searched(TreeNodes nodes, EvasionRow row, EvasionGoal goal, CancellationToken cancellation)
    {
        var search = new BranchAndBound(nodes, row, goal, row.TotalOf(Epsilon));
        var descent = new LeafTupleSearch(nodes, row, goal);
        var starts = new EvasionStarts(nodes, row, goal, descent);
        foreach (var point in starts.Greedy().Concat(starts.OneFeature() is { } near ? [near] : []))
        {
            descent.Descend_(point);
            search.Offer(point);
        }

        search.Run(NodeBudget, cancellation);
        return search;
    }
}
