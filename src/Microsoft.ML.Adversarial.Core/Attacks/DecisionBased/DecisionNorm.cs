namespace Microsoft.ML.Adversarial.Attacks.DecisionBased;

/// <summary>What decision-based attacks ask of a norm, for one row in main memory.</summary>
/// <param name="order">p: 0, 1, 2 or +∞.</param>
internal sealed class DecisionNorm(double order)
{
    /// <summary>How far two points are from each other.</summary>
    public double Distance(double[] one, double[] other)
    {
        var (count, sum, squares, largest) = (0, 0.0, 0.0, 0.0);
        for (var feature = 0; feature < one.Length; feature++)
        {
            var change = Math.Abs(one[feature] - other[feature]);
            count += change > 0 ? 1 : 0;
            sum += change;
            squares += change * change;
            largest = change > largest ? change : largest;
        }

        return order switch { 0 => count, 1 => sum, 2 => Math.Sqrt(squares), _ => largest };
    }

    /// <summary>
    /// The point nearest to another, in the Euclidean sense, whose distance from the origin is a share of the other's: Π of HopSkipJump.
    /// </summary>
    public double[] Between(double[] origin, double[] far, double share)
    {
        if (!double.IsPositiveInfinity(order))
        {
            return Ray(origin, far, share);
        }

        var reach = share * Distance(origin, far);
        var point = new double[far.Length];
        for (var feature = 0; feature < point.Length; feature++)
        {
            point[feature] = origin[feature] + Math.Clamp(far[feature] - origin[feature], -reach, reach);
        }

        return point;
    }

    /// <summary>The Euclidean distance of two points, whatever the norm.</summary>
    public static double Length(double[] one, double[] other) => new DecisionNorm(2).Distance(one, other);

    /// <summary>The point on the straight way to another.</summary>
    public static double[] Ray(double[] origin, double[] far, double share)
    {
        var point = new double[far.Length];
        for (var feature = 0; feature < point.Length; feature++)
        {
            point[feature] = share == 1 ? far[feature] : origin[feature] + (share * (far[feature] - origin[feature]));
        }

        return point;
    }

    /// <summary>The direction of size 1 along which a function with this gradient grows fastest; zeros for zeros.</summary>
    public double[] Steepest(double[] gradient) =>
        double.IsPositiveInfinity(order) ? [.. gradient.Select(value => (double)Math.Sign(value))] : Unit(gradient);

    /// <summary>The direction of Euclidean length 1; zeros for zeros.</summary>
    public static double[] Unit(double[] direction)
    {
        var square = 0.0;
        foreach (var value in direction)
        {
            square += value * value;
        }

        var (unit, scale) = (new double[direction.Length], square > 0 ? 1 / Math.Sqrt(square) : 0);
        for (var feature = 0; feature < unit.Length; feature++)
        {
            unit[feature] = scale * direction[feature];
        }

        return unit;
    }

}
