using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks.DecisionBased;

/// <summary>
/// Boundary attack (Brendel, Rauber &amp; Bethge 2018, arXiv:1712.04248, algorithm 1): a random walk along the boundary. Each proposal is a
/// random step on the sphere around the original, then a step towards the original. Both lengths are shares of the distance that adapt: the
/// first so that half of the points on the sphere reach the goal, the second so that a quarter of the proposals do. Departure: it starts
/// where a binary search between the original and a first point meets the boundary.
/// </summary>
[AttackName("boundary", Norms = ["L2"], Reference = "Brendel, Rauber & Bethge 2018, arXiv:1712.04248")]
public sealed record BoundaryAttack : DecisionBasedAttack
{
    private const double StartTolerance = 1e-3;
    private const int SphereEvery = 4;

    private readonly double _orthogonalStep = 0.1;
    private readonly double _sourceStep = 0.05;
    private readonly double _adaptation = 1.3;

    /// <summary>5000 queries per row unless set otherwise.</summary>
    /// <param name="norm">L2.</param>
    /// <param name="epsilon">Largest size, at least 0, in the units of the features; +∞ takes the smallest found whatever it is.</param>
    public BoundaryAttack(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon))
    {
    }

    /// <summary>δ: length of the first steps on the sphere as a share of its radius, above 0. Default 0.1.</summary>
    public double OrthogonalStep
    {
        get => _orthogonalStep;
        init => _orthogonalStep = InRange(value, value > 0 && double.IsFinite(value), "> 0 and finite", nameof(OrthogonalStep));
    }

    /// <summary>ε: length of the first steps towards the original as a share of the distance, above 0 and below 1. Default 0.05.</summary>
    public double SourceStep
    {
        get => _sourceStep;
        init => _sourceStep = InRange(value, value is > 0 and < 1, "> 0 and < 1", nameof(SourceStep));
    }

    /// <summary>Factor by which step lengths grow and shrink, above 1. Default 1.3.</summary>
    public double Adaptation
    {
        get => _adaptation;
        init => _adaptation = InRange(value, value > 1 && double.IsFinite(value), "> 1 and finite", nameof(Adaptation));
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
        foreach (var question in search.Halve(0, 1, StartTolerance))
        {
            yield return question;
        }

        var point = search.Point;
        var onSphere = new AdaptiveLength(OrthogonalStep, Adaptation, lowest: 0.35, highest: 0.65);
        var towards = new AdaptiveLength(SourceStep, Adaptation, lowest: 0.15, highest: 0.35);
        for (var step = 0; ; step++)
        {
            var distance = row.SizeOf(point);
            var beside = Beside(row, point, row.Normal(), distance, onSphere.Value);
            row.Space.Settle(beside);
            // Bounds may have brought the point beside nearer already.
            var wanted = Math.Min(1, distance * (1 - towards.Value) / row.SizeOf(beside));
            var nearer = DecisionNorm.Ray(row.Origin, beside, wanted);
            var isChecked = step % SphereEvery == 0;
            yield return isChecked ? [nearer, beside] : [nearer];
            if (isChecked)
            {
                onSphere.Note(row.Reached[1]);
            }

            towards.Note(row.Reached[0]);
            point = row.Reached[0] ? nearer : point;
        }
    }

    // As far from the original as the point, after a step of a length at right angles to the way there.
    private static double[] Beside(DecisionRow row, double[] point, double[] noise, double distance, double length)
    {
        var (along, square) = (0.0, 0.0);
        for (var feature = 0; feature < noise.Length; feature++)
        {
            along += noise[feature] * (point[feature] - row.Origin[feature]);
        }

        for (var feature = 0; feature < noise.Length; feature++)
        {
            noise[feature] -= along / (distance * distance) * (point[feature] - row.Origin[feature]);
            square += noise[feature] * noise[feature];
        }

        var aside = DecisionRow.Moved(point, noise, square == 0 ? 0 : length * distance / Math.Sqrt(square));
        return DecisionNorm.Ray(row.Origin, aside, 1 / Math.Sqrt(1 + (length * length)));
    }
}
