using System.Numerics;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Adversarial.Norms.Rows;

/// <summary>
/// Projections onto a hyperplane where all features move at once, each at a pace of its own, until they meet their bounds: m = min(λ·pace, room).
/// How far they get together is a concave, piecewise linear function of λ: Newton's method comes up from 0 and ends on the exact λ once no more
/// features stop, after a few passes and without the paper's sort.
/// </summary>
/// <typeparam name="T">Element type of the rows.</typeparam>
internal abstract class PacedProjection<T> : HyperplaneProjection<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MaximumPasses = 100;

    private protected PacedProjection((T[] Lower, T[] Upper) bounds)
        : base(bounds)
    {
    }

    /// <summary>How fast features with these slopes move.</summary>
    protected abstract ReadOnlySpan<Vector512<T>> Paces(ReadOnlySpan<Vector512<T>> slopes);

    protected sealed override void Share(
        Span<Vector512<T>> moves, ReadOnlySpan<Vector512<T>> slopes, ReadOnlySpan<Vector512<T>> rooms, double needed)
    {
        var paces = Paces(slopes);
        var (time, speedBefore) = (0.0, 0.0);
        for (var pass = 0; pass < MaximumPasses; pass++)
        {
            var (way, speed) = Reached(slopes, paces, rooms, time);
            if (speed <= 0 || speed == speedBefore)
            {
                break;
            }

            time += (needed - way) / speed;
            speedBefore = speed;
        }

        var reached = T.CreateChecked(time);
        if (!(reached >= T.Zero && T.IsFinite(reached)))
        {
            moves.Clear();
            return;
        }

        var times = Vector512.Create(reached);
        paces = paces[..moves.Length];
        rooms = rooms[..moves.Length];
        for (var block = 0; block < moves.Length; block++)
        {
            moves[block] = Vector512.MinNative(times * paces[block], rooms[block]);
        }
    }

    // How near the hyperplane came, and how fast it still does.
    private static (double Way, double Speed) Reached(
        ReadOnlySpan<Vector512<T>> slopes, ReadOnlySpan<Vector512<T>> paces, ReadOnlySpan<Vector512<T>> rooms, double time)
    {
        var times = Vector512.Create(T.CreateChecked(time));
        var (way, speed) = (Vector512<T>.Zero, Vector512<T>.Zero);
        paces = paces[..slopes.Length];
        rooms = rooms[..slopes.Length];
        for (var block = 0; block < slopes.Length; block++)
        {
            var (slope, pace, room) = (slopes[block], paces[block], rooms[block]);
            var move = times * pace;
            way += slope * Vector512.MinNative(move, room);
            speed += Vector512.LessThan(move, room) & (slope * pace);
        }

        return (double.CreateChecked(Vector512.Sum(way)), double.CreateChecked(Vector512.Sum(speed)));
    }
}
