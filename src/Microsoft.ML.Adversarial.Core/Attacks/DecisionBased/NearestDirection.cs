namespace Microsoft.ML.Adversarial.Attacks.DecisionBased;

/// <summary>The direction from the original in which the boundary is nearest, of those that were tried.</summary>
internal sealed class NearestDirection
{
    private const double Tolerance = 1e-4;

    private readonly DecisionRow _row;
    private readonly double[] _nowhere;
    private double[] _point;

    /// <param name="row">The row that walks.</param>
    /// <param name="point">A point that reaches the goal.</param>
    public NearestDirection(DecisionRow row, double[] point)
    {
        (_row, _point, _nowhere) = (row, point, new double[point.Length]);
    }

    /// <summary>The direction, of Euclidean length 1.</summary>
    public double[] Unit => DecisionNorm.Unit(DecisionRow.Moved(_point, _row.Origin, -1));

    /// <summary>Which of the directions that were tried last is it; −1: none of them.</summary>
    public int Winner { get; private set; } = -1;

    /// <summary>Finds out in which of some directions the boundary is nearest, and whether it is nearer than so far.</summary>
    /// <param name="directions">Of any length.</param>
    /// <param name="lowest">Share of the distance so far that is near enough to stop.</param>
    public IEnumerable<double[][]> Try(double[][] directions, double lowest)
    {
        var (low, high, middle) = (lowest * _row.SizeOf(_point), _row.SizeOf(_point), _row.SizeOf(_point) * (1 - Tolerance));
        var (left, tolerance) = (Enumerable.Range(0, directions.Length).ToArray(), Tolerance * high);
        Winner = -1;
        while (high - low > tolerance)
        {
            double[][] asked = [.. left.Select(index => At(directions[index], middle))];
            yield return asked;
            var first = Array.IndexOf(_row.Reached, true);
            if (first >= 0)
            {
                (Winner, _point, high) = (left[first], asked[first], middle);
                left = [.. left.Where((_, place) => _row.Reached[place])];
            }
            else if (Winner < 0)
            {
                yield break;
            }
            else
            {
                low = middle;
            }

            middle = (low + high) / 2;
        }
    }

    /// <summary>Asks whether the boundary is nearer after random changes of the direction.</summary>
    /// <param name="descent">Takes the answers.</param>
    /// <param name="length">Euclidean length of the changes.</param>
    /// <param name="count">How many.</param>
    public IEnumerable<double[][]> Sample(BoundaryNormal descent, double length, int count)
    {
        var unit = Unit;
        var reach = Reach(unit, _row.SizeOf(_point));
        for (var left = count; left > 0; left -= _row.Space.Block)
        {
            var changes = _row.Directions(Math.Min(left, _row.Space.Block));
            yield return [.. changes.Select(change => DecisionRow.Moved(_row.Origin, DecisionRow.Moved(unit, change, length), reach))];
            foreach (var (index, change) in changes.Index())
            {
                descent.Add(change, _row.Reached[index]);
            }
        }
    }

    private double[] At(double[] direction, double size) => DecisionRow.Moved(_row.Origin, direction, Reach(direction, size));

    private double Reach(double[] direction, double size) => size / _row.Space.Norm.Distance(direction, _nowhere);
}
