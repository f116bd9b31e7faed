using System.Numerics;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Adversarial.Norms;

/// <summary>
/// The nearest point of an L1 ball that also lies within input bounds (Croce &amp; Hein 2021, arXiv:2103.01208, proposition 2.1): every change
/// shrinks by one λ and stops at its bound, and λ is such that the ball is just met. What is left of the changes is a falling, piecewise linear
/// function of λ, so that Newton's method within a bracket ends on the exact λ after a few passes, without the paper's sort.
/// </summary>
/// <typeparam name="T">Element type of the inputs.</typeparam>
/// <param name="lower">Lower bounds, one per feature.</param>
/// <param name="upper">Upper bounds, one per feature.</param>
internal sealed class L1BoxProjection<T>(T[] lower, T[] upper)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MaximumIterations = 100;

    private readonly PaddedRow<T> _lower = PaddedRow<T>.Of(lower);
    private readonly PaddedRow<T> _upper = PaddedRow<T>.Of(upper);
    private readonly PaddedRow<T> _origin = new(lower.Length);
    private readonly PaddedRow<T> _point = new(lower.Length);
    private readonly PaddedRow<T> _sizes = new(lower.Length);
    private readonly PaddedRow<T> _rooms = new(lower.Length);

    /// <summary>Moves a point to the nearest one of the ball and the bounds.</summary>
    /// <param name="point">The row, written in place.</param>
    /// <param name="origin">The centre of the ball, within the bounds.</param>
    /// <param name="radius">The ball's radius, at least 0.</param>
    public void Apply(Span<T> point, ReadOnlySpan<T> origin, double radius)
    {
        _point.Load(point);
        _origin.Load(origin);
        var points = _point.Vectors;
        var origins = _origin.Vectors;
        var lowers = _lower.Vectors;
        var uppers = _upper.Vectors;
        var sizes = _sizes.Vectors;
        var rooms = _rooms.Vectors;
        for (var block = 0; block < points.Length; block++)
        {
            var falls = Vector512.LessThan(points[block], origins[block]);
            sizes[block] = Vector512.Abs(points[block] - origins[block]);
            rooms[block] = Vector512.ConditionalSelect(falls, origins[block] - lowers[block], uppers[block] - origins[block]);
        }

        var shrinkage = Vector512.Create(T.CreateChecked(Shrinkage(radius)));
        for (var block = 0; block < points.Length; block++)
        {
            var falls = Vector512.LessThan(points[block], origins[block]);
            var size = Shrunk(sizes[block], shrinkage, rooms[block]);
            var moved = origins[block] + Vector512.ConditionalSelect(falls, -size, size);
            points[block] = Vector512.MinNative(Vector512.MaxNative(moved, lowers[block]), uppers[block]);
        }

        _point.Store(point);
    }

    private static Vector512<T> Shrunk(Vector512<T> size, Vector512<T> by, Vector512<T> room) =>
        Vector512.MinNative(Vector512.MaxNative(size - by, Vector512<T>.Zero), room);

    private double Shrinkage(double radius)
    {
        var precision = double.CreateChecked(T.BitIncrement(T.One) - T.One) / 4;
        var (least, greatest, shrinkage) = (0.0, double.CreateChecked(_sizes.Largest), 0.0);
        for (var iteration = 0; iteration < MaximumIterations; iteration++)
        {
            var (left, falling) = Left(T.CreateChecked(shrinkage));
            var surplus = left - radius;
            if (surplus == 0 || (iteration == 0 && surplus < 0))
            {
                break;
            }

            (least, greatest) = surplus > 0 ? (shrinkage, greatest) : (least, shrinkage);
            var next = shrinkage + (surplus / falling);
            next = falling > 0 && next > least && next < greatest ? next : (least + greatest) / 2;
            if (Math.Abs(next - shrinkage) <= precision * next)
            {
                break;
            }

            shrinkage = next;
        }

        return shrinkage;
    }

    // How long the shrunk change is, and how many of its components still fall with λ.
    private (double Length, double Falling) Left(T shrinkage)
    {
        var by = Vector512.Create(shrinkage);
        var (length, falling) = (Vector512<T>.Zero, Vector512<T>.Zero);
        var sizes = _sizes.Vectors;
        var rooms = _rooms.Vectors[..sizes.Length];
        for (var block = 0; block < sizes.Length; block++)
        {
            var size = sizes[block];
            length += Shrunk(size, by, rooms[block]);
            falling += Vector512.GreaterThan(size, by) & Vector512.LessThanOrEqual(size - by, rooms[block]) & Vector512<T>.One;
        }

        return (double.CreateChecked(Vector512.Sum(length)), double.CreateChecked(Vector512.Sum(falling)));
    }
}
