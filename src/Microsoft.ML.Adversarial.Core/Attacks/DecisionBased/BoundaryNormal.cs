namespace Microsoft.ML.Adversarial.Attacks.DecisionBased;

/// <summary>
/// The direction that leads from the boundary to where the goal is reached, estimated from random steps and what the classifier decides
/// after each: the mean of the steps, counted positive where they reach the goal, with the mean decision as a baseline (Chen, Jordan &amp;
/// Wainwright 2020, arXiv:1904.02144, equations 12 and 16).
/// </summary>
/// <param name="row">The row that walks.</param>
internal sealed class BoundaryNormal(DecisionRow row)
{
    private readonly double[] _sum = new double[row.Origin.Length];
    private readonly double[] _signed = new double[row.Origin.Length];
    private int _count;
    private int _balance;

    /// <summary>The estimate so far, of any length.</summary>
    public double[] Direction
    {
        get
        {
            var mean = (double)_balance / _count;
            return Math.Abs(mean) == 1
                ? [.. _sum.Select(value => mean * value)]
                : [.. _signed.Zip(_sum, (signed, sum) => signed - (mean * sum))];
        }
    }

    /// <summary>Asks about steps of one length from a point.</summary>
    public IEnumerable<double[][]> Sample(double[] point, double length, int count)
    {
        for (var left = count; left > 0; left -= row.Space.Block)
        {
            var directions = row.Directions(Math.Min(left, row.Space.Block));
            double[][] asked = [.. directions.Select(direction => DecisionRow.Moved(point, direction, length))];
            yield return asked;
            foreach (var (index, end) in asked.Index())
            {
                // As far as the bounds let it go.
                Add(DecisionRow.Moved(end, point, -1), row.Reached[index]);
            }
        }
    }

    /// <summary>Takes one decision into account.</summary>
    /// <param name="step">A random step.</param>
    /// <param name="reached">Whether the goal is reached after it.</param>
    public void Add(double[] step, bool reached)
    {
        var sign = reached ? 1 : -1;
        _count++;
        _balance += sign;
        for (var feature = 0; feature < step.Length; feature++)
        {
            _sum[feature] += step[feature];
            _signed[feature] += sign * step[feature];
        }
    }
}
