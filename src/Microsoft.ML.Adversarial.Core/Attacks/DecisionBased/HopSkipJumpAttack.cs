using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks.DecisionBased;

/// <summary>
/// HopSkipJump (Chen, Jordan &amp; Wainwright 2020, arXiv:1904.02144, algorithm 2): goes to the boundary by binary search, estimates its
/// normal there from the decisions after random steps, B₀·√t of them in iteration t, steps along it, half as far until the goal is reached,
/// and goes back to the boundary. The boundary is looked for within θ = d^(−3/2) of the distance in L2, d^(−2) in L∞, and random steps are
/// 1/d of it long, with d features. Departures: d is at least 100, so that few features are not searched coarsely, and the last iteration
/// makes do with the queries that are left.
/// </summary>
[AttackName("hopskipjump", Norms = ["L2", "Linf"], Reference = "Chen, Jordan & Wainwright 2020, arXiv:1904.02144")]
public sealed record HopSkipJumpAttack : DecisionBasedAttack
{
    private const int Halvings = 20;
    private const int FewestDirections = 10;
    private const int FewestDimensions = 100;
    private const int StepsAside = 5;

    private readonly int _initialDirections = 100;
    private readonly int _largestDirections = 10_000;

    /// <summary>5000 queries per row unless set otherwise.</summary>
    /// <param name="norm">L2 or L∞.</param>
    /// <param name="epsilon">Largest size, at least 0, in the units of the features; +∞ takes the smallest found whatever it is.</param>
    public HopSkipJumpAttack(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon))
    {
    }

    /// <summary>B₀: random steps from which the first normal is estimated, at least 2. Default 100.</summary>
    public int InitialDirections
    {
        get => _initialDirections;
        init => _initialDirections = InRange(value, value >= 2, ">= 2", nameof(InitialDirections));
    }

    /// <summary>Most random steps for one estimate, at least 2. Default 10,000.</summary>
    public int LargestDirections
    {
        get => _largestDirections;
        init => _largestDirections = InRange(value, value >= 2, ">= 2", nameof(LargestDirections));
    }

    private protected override IEnumerable<double[][]> Walk(DecisionRow row)
    {
        var start = new AdversarialStart(row);
        foreach (var question in start.Find(StartTries))
        {
            yield return question;
        }

        var point = start.Point;
        var dimensions = Math.Max(row.Space.Features, FewestDimensions);
        var tolerance = Math.Pow(dimensions, ThreatModel.Norm == Norm.LInfinity ? -2 : -1.5);
        for (var iteration = 1; point is not null; iteration++)
        {
            var search = BoundarySearch.Towards(row, point);
            foreach (var question in search.Halve(0, 1, tolerance))
            {
                yield return question;
            }

            // The last iteration leaves enough to go back to the boundary.
            var spare = row.QueriesLeft - (int)Math.Ceiling(-Math.Log2(tolerance)) - StepsAside;
            var count = (int)Math.Min(Math.Min(InitialDirections * Math.Sqrt(iteration), LargestDirections), spare);
            if (count < FewestDirections)
            {
                yield break;
            }

            var distance = row.SizeOf(search.Point);
            var normal = new BoundaryNormal(row);
            foreach (var question in normal.Sample(search.Point, distance / dimensions, count))
            {
                yield return question;
            }

            var direction = row.Space.Norm.Steepest(normal.Direction);
            var length = distance / Math.Sqrt(iteration);
            point = search.Point;
            for (var halving = 0; halving < Halvings && point == search.Point; halving++, length /= 2)
            {
                var further = DecisionRow.Moved(search.Point, direction, length);
                yield return [further];
                point = row.Reached[0] ? further : point;
            }
        }
    }
}
