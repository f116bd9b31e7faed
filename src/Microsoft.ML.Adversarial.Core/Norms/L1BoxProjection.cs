using System.Numerics;
using System.Runtime.InteropServices;
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

    // Filled up with zeros to whole vectors: no change and no room.
    private readonly T[] _sizes = new T[RoundUp(lower.Length)];
    private readonly T[] _rooms = new T[RoundUp(lower.Length)];

    /// <summary>Moves a point to the nearest one of the ball and the bounds.</summary>
    /// <param name="point">The row, written in place.</param>
    /// <param name="origin">The centre of the ball, within the bounds.</param>
    /// <param name="radius">The ball's radius, at least 0.</param>
    public void Apply(Span<T> point, ReadOnlySpan<T> origin, double radius)
    {
        for (var feature = 0; feature < point.Length; feature++)
        {
            var change = point[feature] - origin[feature];
            _sizes[feature] = T.Abs(change);
            _rooms[feature] = T.IsNegative(change) ? origin[feature] - lower[feature] : upper[feature] - origin[feature];
        }

        var shrinkage = T.CreateChecked(Shrinkage(radius));
        for (var feature = 0; feature < point.Length; feature++)
        {
            var size = T.Min(T.Max(_sizes[feature] - shrinkage, T.Zero), _rooms[feature]);
            var moved = point[feature] < origin[feature] ? origin[feature] - size : origin[feature] + size;
            point[feature] = T.Min(T.Max(moved, lower[feature]), upper[feature]);
        }
    }

    private static int RoundUp(int length) => (length + Vector512<T>.Count - 1) / Vector512<T>.Count * Vector512<T>.Count;

    private double Shrinkage(double radius)
    {
        var (least, greatest, shrinkage) = (0.0, double.PositiveInfinity, 0.0);
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
            if (falling == 0 || next <= least || next >= greatest)
            {
                next = double.IsInfinity(greatest) ? double.CreateChecked(Largest()) : (least + greatest) / 2;
            }

            // A bracket as narrow as the element type tells apart.
            if (Math.Abs(next - shrinkage) <= double.CreateChecked(T.BitIncrement(T.One) - T.One) * next / 4)
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
        var sizes = MemoryMarshal.Cast<T, Vector512<T>>(_sizes.AsSpan());
        var rooms = MemoryMarshal.Cast<T, Vector512<T>>(_rooms.AsSpan())[..sizes.Length];
        for (var block = 0; block < sizes.Length; block++)
        {
            var size = sizes[block] - by;
            length += Vector512.MinNative(Vector512.MaxNative(size, Vector512<T>.Zero), rooms[block]);
            var falls = Vector512.GreaterThan(size, Vector512<T>.Zero) & Vector512.LessThanOrEqual(size, rooms[block]);
            falling += falls & Vector512<T>.One;
        }

        return (double.CreateChecked(Vector512.Sum(length)), double.CreateChecked(Vector512.Sum(falling)));
    }

    private T Largest()
    {
        var largest = T.Zero;
        foreach (var size in _sizes)
        {
            largest = T.Max(largest, size);
        }

        return largest;
    }
}
