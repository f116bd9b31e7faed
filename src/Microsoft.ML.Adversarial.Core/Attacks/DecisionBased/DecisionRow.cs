using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks.DecisionBased;

/// <summary>One row of a decision-based search: where it comes from, what was found, and the answers to what was asked last.</summary>
/// <param name="place">Its place in the search's context.</param>
/// <param name="space">Where it walks.</param>
/// <param name="random">Its own random numbers.</param>
/// <param name="queries">How often the classifier may be asked about it.</param>
internal sealed class DecisionRow(int place, DecisionSpace space, RowRandom random, int queries)
{
    /// <summary>Its place in the search's context.</summary>
    public int Place => place;

    /// <summary>Where it walks.</summary>
    public DecisionSpace Space => space;

    /// <summary>The values that it came with.</summary>
    public double[] Origin { get; } = space.Origin(place);

    /// <summary>The point that the caller proposes to start from; null: none.</summary>
    public double[]? Proposed { get; } = space.Proposed(place);

    /// <summary>How often the classifier may still be asked.</summary>
    public int QueriesLeft { get; private set; } = queries;

    /// <summary>Which of the points that were asked about last reach the goal.</summary>
    public bool[] Reached { get; private set; } = [];

    /// <summary>The nearest point that reaches the goal so far; null: none.</summary>
    public double[]? Nearest { get; private set; }

    /// <summary>How far that one is from the origin; +∞ if there is none.</summary>
    public double Size { get; private set; } = double.PositiveInfinity;

    /// <summary>The distance of a point from the origin.</summary>
    public double SizeOf(double[] point) => Space.Norm.Distance(point, Origin);

    /// <summary>Notes answers.</summary>
    /// <param name="points">What was asked about.</param>
    /// <param name="reached">Which of it reaches the goal.</param>
    public void Note(double[][] points, bool[] reached)
    {
        QueriesLeft -= points.Length;
        Reached = reached;
        for (var index = 0; index < points.Length; index++)
        {
            if (reached[index] && SizeOf(points[index]) is var size && size < Size)
            {
                (Nearest, Size) = (points[index], size);
            }
        }
    }

    /// <summary>Numbers uniform in (0, 1).</summary>
    public float[] Uniform(int count)
    {
        var numbers = new float[count];
        random.Uniform(0, numbers);
        return numbers;
    }

    /// <summary>A standard normal vector, by the transform of Box and Muller (1958).</summary>
    public double[] Normal()
    {
        var (normal, draws) = (new double[Space.Features], Uniform((Space.Features + 1) / 2 * 2));
        for (var feature = 0; feature < normal.Length; feature += 2)
        {
            var length = MathF.Sqrt(-2 * MathF.Log(draws[feature]));
            var (sine, cosine) = MathF.SinCos(2 * MathF.PI * draws[feature + 1]);
            normal[feature] = length * cosine;
            if (feature + 1 < normal.Length)
            {
                normal[feature + 1] = length * sine;
            }
        }

        return normal;
    }

    /// <summary>Directions of Euclidean length 1, uniform over the sphere.</summary>
    public double[][] Directions(int count) => [.. Enumerable.Range(0, count).Select(_ => DecisionNorm.Unit(Normal()))];

    /// <summary>A start plus a multiple of a direction.</summary>
    public static double[] Moved(double[] start, double[] direction, double length)
    {
        var point = new double[start.Length];
        for (var feature = 0; feature < point.Length; feature++)
        {
            point[feature] = start[feature] + (length * direction[feature]);
        }

        return point;
    }
}
