namespace Microsoft.ML.Adversarial.Attacks.DecisionBased;

/// <summary>Looks for the boundary on a way that starts at the original: from some place on it reaches the goal.</summary>
/// <param name="row">The row that walks.</param>
/// <param name="way">The points of the way, by their share of it.</param>
internal sealed class BoundarySearch(DecisionRow row, Func<double, double[]> way)
{
    /// <summary>On the way from the original to a point that reaches the goal.</summary>
    public static BoundarySearch Towards(DecisionRow row, double[] point) =>
        new(row, share => row.Space.Norm.Between(row.Origin, point, share)) { Share = 1, Point = point };

    /// <summary>The smallest share known to reach the goal; +∞: none.</summary>
    public double Share { get; private set; } = double.PositiveInfinity;

    /// <summary>The point there.</summary>
    public double[] Point { get; private set; } = [];

    /// <summary>Halves the stretch in which the boundary is.</summary>
    /// <param name="low">A share that does not reach the goal.</param>
    /// <param name="high">A share that does.</param>
    /// <param name="tolerance">Longest stretch to end with.</param>
    public IEnumerable<double[][]> Halve(double low, double high, double tolerance)
    {
        while (high - low > tolerance)
        {
            var middle = (low + high) / 2;
            foreach (var question in Ask(middle))
            {
                yield return question;
            }

            (low, high) = Share == middle ? (low, middle) : (middle, high);
        }
    }

    /// <summary>Asks at one place.</summary>
    public IEnumerable<double[][]> Ask(double share)
    {
        var point = way(share);
        yield return [point];
        if (row.Reached[0] && share < Share)
        {
            (Share, Point) = (share, point);
        }
    }
}
