using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks.DecisionBased;

/// <summary>
/// Sign-OPT (Cheng et al. 2020, arXiv:1909.10773, algorithm 1): looks for the direction θ in which the boundary is nearest. Whether it is
/// nearer in θ + βu than in θ takes one query, whose answers for random u make the descent direction; steps along it double or shrink by
/// line search. Departures: θ + βu keeps the length that it gets, because in L∞ the largest component would drown the others, the answers
/// have a baseline as in HopSkipJump, and in L∞ steps follow the signs of the descent direction.
/// </summary>
[AttackName("signopt", Norms = ["L2", "Linf"], Reference = "Cheng et al. 2020, arXiv:1909.10773")]
public sealed record SignOptAttack : DecisionBasedAttack
{
    private const double Nearer = 0.8;
    private const double SlowDown = 8;
    private const double SmallestStep = 1e-4;
    private const int FewestDirections = 10;
    private const int Reserve = 40;
    private const int StartBlock = 25;

    private static readonly double[] LineSearch = [4, 2, 1, 0.5, 0.25, 0.125];

    private readonly int _startDirections = 100;
    private readonly int _directions = 200;
    private readonly double _smoothing = 0.01;
    private readonly double _initialStep = 0.2;

    /// <summary>5000 queries per row unless set otherwise.</summary>
    /// <param name="norm">L2 or L∞.</param>
    /// <param name="epsilon">Largest size, at least 0, in the units of the features; +∞ takes the smallest found whatever it is.</param>
    public SignOptAttack(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon))
    {
    }

    /// <summary>Random directions of which the best is the first θ, besides that of the start, at least 0. Default 100.</summary>
    public int StartDirections
    {
        get => _startDirections;
        init => _startDirections = InRange(value, value >= 0, ">= 0", nameof(StartDirections));
    }

    /// <summary>Random directions per estimate (Q of the paper), at least 2. Default 200.</summary>
    public int Directions
    {
        get => _directions;
        init => _directions = InRange(value, value >= 2, ">= 2", nameof(Directions));
    }

    /// <summary>β: Euclidean length of the random changes of θ, whose own is 1; above 0. Default 0.01.</summary>
    public double Smoothing
    {
        get => _smoothing;
        init => _smoothing = InRange(value, value > 0 && double.IsFinite(value), "> 0 and finite", nameof(Smoothing));
    }

    /// <summary>Euclidean length of the first step of θ, above 0. Default 0.2.</summary>
    public double InitialStep
    {
        get => _initialStep;
        init => _initialStep = InRange(value, value > 0 && double.IsFinite(value), "> 0 and finite", nameof(InitialStep));
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

        var nearest = new NearestDirection(row, start.Point);
        foreach (var question in nearest.Try([nearest.Unit], lowest: 0))
        {
            yield return question;
        }

        for (var left = StartDirections; left > 0; left -= StartBlock)
        {
            foreach (var question in nearest.Try(row.Directions(Math.Min(left, StartBlock)), lowest: 0))
            {
                yield return question;
            }
        }

        for (var step = InitialStep; row.QueriesLeft > Reserve + FewestDirections;)
        {
            var descent = new BoundaryNormal(row);
            foreach (var question in nearest.Sample(descent, Smoothing, Math.Min(Directions, row.QueriesLeft - Reserve)))
            {
                yield return question;
            }

            var direction = DecisionNorm.Unit(row.Space.Norm.Steepest(descent.Direction));
            double[] steps = [.. LineSearch.Select(factor => factor * step)];
            var search = nearest.Try([.. steps.Select(length => DecisionRow.Moved(nearest.Unit, direction, length))], Nearer);
            foreach (var question in search)
            {
                yield return question;
            }

            step = nearest.Winner < 0 ? Math.Max(step / SlowDown, SmallestStep) : steps[nearest.Winner];
        }
    }
}
