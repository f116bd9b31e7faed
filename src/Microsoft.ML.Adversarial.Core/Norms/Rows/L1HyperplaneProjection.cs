using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Adversarial.Norms.Rows;

/// <summary>
/// The smallest sum of changes: the features with the steepest slopes move as far as they can, one of them just as far as is needed. Which, is
/// found by halving the range of slopes: a count takes a hundredth of what sorting does.
/// </summary>
/// <typeparam name="T">Element type of the rows.</typeparam>
internal sealed class L1HyperplaneProjection<T>((T[] Lower, T[] Upper) bounds) : HyperplaneProjection<T>(bounds)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected override void Share(
        Span<Vector512<T>> moves, ReadOnlySpan<Vector512<T>> slopes, ReadOnlySpan<Vector512<T>> rooms, double needed)
    {
        var (low, all) = (T.Zero, Above(slopes, rooms, T.Zero));
        if (all.Way <= needed)
        {
            rooms.CopyTo(moves);
            return;
        }

        var (high, way, outside) = (T.CreateChecked(LInfinityRowNorm<T>.Largest(slopes)), 0.0, 0.0);
        while (all.Count - outside > 1)
        {
            var middle = low + ((high - low) / T.CreateChecked(2));
            if (middle <= low || middle >= high)
            {
                break;
            }

            var above = Above(slopes, rooms, middle);
            if (above.Way > needed)
            {
                (low, all) = (middle, above);
            }
            else
            {
                (high, way, outside) = (middle, above.Way, above.Count);
            }
        }

        Fill(moves, slopes, rooms, high);
        Divide(moves, slopes, rooms, (low, high), needed - way);
    }

    // How near the hyperplane features come that are steeper than a limit, and how many there are.
    private static (double Way, double Count) Above(ReadOnlySpan<Vector512<T>> slopes, ReadOnlySpan<Vector512<T>> rooms, T limit)
    {
        var limits = Vector512.Create(limit);
        var (way, count) = (Vector512<T>.Zero, Vector512<T>.Zero);
        rooms = rooms[..slopes.Length];
        for (var block = 0; block < slopes.Length; block++)
        {
            var steeper = Vector512.GreaterThan(slopes[block], limits);
            way += steeper & (slopes[block] * rooms[block]);
            count += steeper & Vector512<T>.One;
        }

        return (double.CreateChecked(Vector512.Sum(way)), double.CreateChecked(Vector512.Sum(count)));
    }

    private static void Fill(Span<Vector512<T>> moves, ReadOnlySpan<Vector512<T>> slopes, ReadOnlySpan<Vector512<T>> rooms, T limit)
    {
        var limits = Vector512.Create(limit);
        for (var block = 0; block < moves.Length; block++)
        {
            moves[block] = Vector512.GreaterThan(slopes[block], limits) & rooms[block];
        }
    }

    // The rest goes to the one feature in a range of slopes, or to the first of some with equal slopes.
    private static void Divide(
        Span<Vector512<T>> moves, ReadOnlySpan<Vector512<T>> slopes, ReadOnlySpan<Vector512<T>> rooms, (T Low, T High) range, double rest)
    {
        var cells = MemoryMarshal.Cast<Vector512<T>, T>(moves);
        var steepness = MemoryMarshal.Cast<Vector512<T>, T>(slopes);
        var limits = MemoryMarshal.Cast<Vector512<T>, T>(rooms);
        for (var feature = 0; feature < cells.Length && rest > 0; feature++)
        {
            if (steepness[feature] > range.Low && steepness[feature] <= range.High)
            {
                var move = T.Min(T.CreateChecked(rest / double.CreateChecked(steepness[feature])), limits[feature]);
                cells[feature] = T.IsFinite(move) ? move : T.Zero;
                rest -= double.CreateChecked(move * steepness[feature]);
            }
        }
    }
}
