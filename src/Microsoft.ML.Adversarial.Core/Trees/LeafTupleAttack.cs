using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Trees;

/// <summary>
/// Leaf tuple attack (Zhang, Zhang &amp; Hsieh 2020, arXiv:2010.11598): from points that reach the goal it walks to nearer leaf tuples that differ in
/// the leaf of one tree, and keeps the nearest point. For ensembles that are too large for <see cref="MinimalTreeEvasion"/>. Besides random points it
/// begins with one per class that gives in to the trees one by one, so that rare classes are reached, and with the nearest that differs in one feature;
/// except in L∞ it also puts features back one by one. The paper has none of these. Default: 20 random points, as in the paper.
/// </summary>
[AttackName("leaftuple", "lt-attack", Norms = ["Linf", "L2", "L1", "L0"], Reference = "Zhang, Zhang & Hsieh 2020, arXiv:2010.11598")]
public sealed record LeafTupleAttack : TreeAttack
{
    private readonly int _starts = 20;

    /// <summary>Looks for a small perturbation.</summary>
    /// <param name="norm">L∞, L2, L1 or L0.</param>
    /// <param name="epsilon">Largest size, at least 0, in the units of the features; +∞ for any.</param>
    public LeafTupleAttack(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon))
    {
    }

    /// <summary>How many random points to begin with, at least 0. Default 20.</summary>
    public int Starts
    {
        get => _starts;
        init => _starts = InRange(value, value >= 0, ">= 0", nameof(Starts));
    }

    private protected override float[]? Search(
        TreeNodes nodes, EvasionRow row, EvasionGoal goal, Func<float[]> draw, CancellationToken cancellation)
    {
        var search = new LeafTupleSearch(nodes, row, goal);
        var starts = new EvasionStarts(nodes, row, goal, search);
        var random = Enumerable.Range(0, Starts).Select(_ => starts.Random(draw())).OfType<float[]>();
        var (best, smallest) = ((float[]?)null, double.PositiveInfinity);
        foreach (var point in starts.Greedy().Concat(starts.OneFeature() is { } near ? [near] : []).Concat(random))
        {
            search.Descend_(point);
            if (row.Total(point) is var total && total < smallest)
            {
                (best, smallest) = (point, total);
            }

            if (cancellation.IsCancellationRequested)
            {
                break;
            }
        }

        return best;
    }
}
