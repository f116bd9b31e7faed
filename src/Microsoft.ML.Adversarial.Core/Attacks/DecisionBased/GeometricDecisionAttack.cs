using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks.DecisionBased;

/// <summary>
/// GeoDA (Rahmati et al. 2020, arXiv:2003.06468, algorithms 1 and 2): takes the boundary for a plane, estimates its normal at a point of it
/// from random steps, and looks for the boundary anew from the original along the direction that leads to such a plane on the shortest way.
/// Later estimates, from nearer points, get more queries: λ^(−2/3) times as many each (equation 13).
/// </summary>
[AttackName("geoda", Norms = ["L2", "Linf"], Reference = "Rahmati et al. 2020, arXiv:2003.06468")]
public sealed record GeometricDecisionAttack : DecisionBasedAttack
{
    private const double Growth = 1.3;
    private const int Growths = 12;

    private readonly int _iterations = 10;
    private readonly double _rate = 0.6;
    private readonly double _noise = 0.002;
    private readonly double _tolerance = 1e-4;

    /// <summary>5000 queries per row unless set otherwise.</summary>
    /// <param name="norm">L2 or L∞.</param>
    /// <param name="epsilon">Largest size, at least 0, in the units of the features; +∞ takes the smallest found whatever it is.</param>
    public GeometricDecisionAttack(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon))
    {
    }

    /// <summary>How many normals to estimate, at least 1. Default 10.</summary>
    public int Iterations
    {
        get => _iterations;
        init => _iterations = InRange(value, value >= 1, ">= 1", nameof(Iterations));
    }

    /// <summary>λ: by what the error is thought to shrink per iteration, above 0 and at most 1. Default 0.6.</summary>
    public double ConvergenceRate
    {
        get => _rate;
        init => _rate = InRange(value, value is > 0 and <= 1, "> 0 and <= 1", nameof(ConvergenceRate));
    }

    /// <summary>
    /// Euclidean length of the random steps as a share of the point's Euclidean distance from the original, above 0. Default 0.002.
    /// </summary>
    public double Noise
    {
        get => _noise;
        init => _noise = InRange(value, value > 0 && double.IsFinite(value), "> 0 and finite", nameof(Noise));
    }

    /// <summary>How exactly the boundary is looked for, as a share of the distance, above 0 and below 1. Default 0.0001.</summary>
    public double Tolerance
    {
        get => _tolerance;
        init => _tolerance = InRange(value, value is > 0 and < 1, "> 0 and < 1", nameof(Tolerance));
    }

    private protected override IEnumerable<double[][]> Walk(DecisionRow row)
    {
        var start = new AdversarialStart(row);
        foreach (var question in start.Find(StartTries))
        {
            yield return question;
        }

        if (start.Point is null)
        {
            yield break;
        }

        var search = BoundarySearch.Towards(row, start.Point);
        foreach (var question in search.Halve(0, 1, Tolerance))
        {
            yield return question;
        }

        var point = search.Point;
        var searching = (int)Math.Ceiling(-Math.Log2(Tolerance)) + 3;
        var ratio = Math.Pow(ConvergenceRate, -2.0 / 3);
        var parts = Enumerable.Range(0, Iterations).Sum(iteration => Math.Pow(ratio, iteration));
        var samples = row.QueriesLeft - (Iterations * searching);
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            var count = (int)Math.Min(samples * Math.Pow(ratio, iteration) / parts, row.QueriesLeft - searching);
            if (count < 2)
            {
                continue;
            }

            var normal = new BoundaryNormal(row);
            foreach (var question in normal.Sample(point, Noise * DecisionNorm.Length(point, row.Origin), count))
            {
                yield return question;
            }

            var direction = row.Space.Norm.Steepest(normal.Direction);
            var away = new BoundarySearch(row, length => DecisionRow.Moved(row.Origin, direction, length));
            var (low, high) = (0.0, row.SizeOf(point));
            for (var growth = 0; growth < Growths && !double.IsFinite(away.Share); growth++)
            {
                foreach (var question in away.Ask(high))
                {
                    yield return question;
                }

                (low, high) = double.IsFinite(away.Share) ? (low, high) : (high, high * Growth);
            }

            if (!double.IsFinite(away.Share))
            {
                continue;
            }

            foreach (var question in away.Halve(low, high, Tolerance * high))
            {
                yield return question;
            }

            point = away.Point;
        }
    }
}
