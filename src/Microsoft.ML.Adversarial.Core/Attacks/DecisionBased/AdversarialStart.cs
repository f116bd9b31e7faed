namespace Microsoft.ML.Adversarial.Attacks.DecisionBased;

/// <summary>The search for any point at all that reaches the goal.</summary>
/// <param name="row">The row that needs one.</param>
internal sealed class AdversarialStart(DecisionRow row)
{
    private const int Kinds = 4;
    private const int Shares = 8;
    private const int Doublings = 12;
    private const double SmallestBox = 0.25;

    private readonly double _scale = Scale(row.Origin);

    /// <summary>What was found; null: nothing yet.</summary>
    public double[]? Point { get; private set; }

    /// <summary>Tries until a point reaches the goal.</summary>
    /// <param name="tries">How often at most.</param>
    public IEnumerable<double[][]> Find(int tries)
    {
        if (row.Proposed is { } proposed)
        {
            yield return [proposed];
            Point = row.Reached[0] ? proposed : null;
        }

        for (var count = 0; count < tries && Point is null; count++)
        {
            var point = Draw(count % Kinds, count / Kinds);
            yield return [point];
            Point = row.Reached[0] ? point : null;
        }
    }

    /// <summary>Tries salt and pepper only, on more and more features.</summary>
    /// <param name="tries">How often at most.</param>
    public IEnumerable<double[][]> FindSparse(int tries)
    {
        for (var count = 0; count < tries && Point is null; count++)
        {
            var point = SaltAndPepper(Math.Min(1, (count + 1.0) / tries), count);
            yield return [point];
            Point = row.Reached[0] ? point : null;
        }
    }

    private double[] Draw(int kind, int round) => kind switch
    {
        0 => Noise(round),
        1 => Corner(round),
        2 => SaltAndPepper(((round % Shares) + 1.0) / Shares, round),
        _ => Runs(round),
    };

    private double[] Noise(int round)
    {
        var draws = row.Uniform(row.Origin.Length);
        return Make(feature => Within(feature, round, draws[feature]));
    }

    // The share of upper bounds is drawn as well: bright and dark corners.
    private double[] Corner(int round)
    {
        var draws = row.Uniform(row.Origin.Length + 1);
        return Make(feature => Within(feature, round, draws[feature] < draws[^1] ? 1 : 0));
    }

    private double[] SaltAndPepper(double share, int round)
    {
        var draws = row.Uniform(2 * row.Origin.Length);
        return Make(feature => draws[feature] < share
            ? Within(feature, round, draws[row.Origin.Length + feature] < 0.5 ? 0 : 1)
            : row.Origin[feature]);
    }

    // Patterns coarser than noise, which networks that average over neighbours hardly see.
    private double[] Runs(int round)
    {
        var draws = row.Uniform(row.Origin.Length);
        var length = 2 << (round % Shares);
        return Make(feature => Within(feature, round, draws[feature / length]));
    }

    private double[] Make(Func<int, double> value) => [.. Enumerable.Range(0, row.Origin.Length).Select(value)];

    private double Within(int feature, int round, double share)
    {
        var reach = _scale * SmallestBox * (1L << (round % Doublings));
        var (lower, upper) = (row.Space.Lower[feature], row.Space.Upper[feature]);
        lower = double.IsFinite(lower) ? lower : row.Origin[feature] - reach;
        upper = double.IsFinite(upper) ? upper : row.Origin[feature] + reach;
        return lower + (share * (upper - lower));
    }

    private static double Scale(double[] values)
    {
        var square = values.Average(value => value * value);
        return square > 0 ? Math.Sqrt(square) : 1;
    }
}
