using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Adversarial.Norms.Rows;

internal sealed class L0RowNorm<T> : RowNorm<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override double Measure(ReadOnlySpan<Vector512<T>> row) => Above(row, T.Zero);

    // The magnitude that just as many exceed as may stay, by bisection: a pass over a row takes less time than sorting a dozen numbers.
    public override void Project(Span<Vector512<T>> row, double radius)
    {
        var wanted = Math.Floor(radius);
        if (Above(row, T.Zero) <= wanted)
        {
            return;
        }

        var (low, high) = (T.Zero, T.CreateChecked(LInfinityRowNorm<T>.Largest(row)));
        var kept = 0.0;
        while (kept < wanted)
        {
            var middle = low + ((high - low) / T.CreateChecked(2));
            if (middle <= low || middle >= high)
            {
                break;
            }

            var above = Above(row, middle);
            (low, high, kept) = above > wanted ? (middle, high, kept) : (low, middle, above);
        }

        Drop(row, high, (int)(wanted - kept));
    }

    private static double Above(ReadOnlySpan<Vector512<T>> row, T threshold)
    {
        var limit = Vector512.Create(threshold);
        var count = Vector512<T>.Zero;
        foreach (var values in row)
        {
            count += Vector512.GreaterThan(Vector512.Abs(values), limit) & Vector512<T>.One;
        }

        return double.CreateChecked(Vector512.Sum(count));
    }

    // Sets what does not exceed the limit to 0, except for the first few of those that equal it.
    private static void Drop(Span<Vector512<T>> row, T limit, int equals)
    {
        foreach (ref var value in MemoryMarshal.Cast<Vector512<T>, T>(row))
        {
            var magnitude = T.Abs(value);
            if (magnitude == limit && equals > 0)
            {
                equals--;
            }
            else if (magnitude <= limit)
            {
                value = T.Zero;
            }
        }
    }
}
