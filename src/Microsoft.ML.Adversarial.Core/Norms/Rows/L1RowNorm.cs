using System.Numerics;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Adversarial.Norms.Rows;

internal sealed class L1RowNorm<T> : RowNorm<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override double Measure(ReadOnlySpan<Vector512<T>> row) => Above(row, 0).Surplus;

    // Every magnitude shrinks by one λ. What is left is a convex, piecewise linear function of it: Newton's method comes up from 0 and ends
    // on the exact λ when the same magnitudes are left as before (Michelot 1986).
    public override void Project(Span<Vector512<T>> row, double radius)
    {
        var (surplus, count) = Above(row, 0);
        if (surplus <= radius)
        {
            return;
        }

        var (threshold, before) = (0.0, 0.0);
        while (count > 0 && count != before)
        {
            threshold += (surplus - radius) / count;
            before = count;
            (surplus, count) = Above(row, threshold);
        }

        var limit = Vector512.Create(T.CreateChecked(threshold));
        for (var block = 0; block < row.Length; block++)
        {
            row[block] -= Vector512.MinNative(Vector512.MaxNative(row[block], -limit), limit);
        }
    }

    // By how much magnitudes exceed a threshold, all together, and how many do.
    private static (double Surplus, double Count) Above(ReadOnlySpan<Vector512<T>> row, double threshold)
    {
        var limit = Vector512.Create(T.CreateChecked(threshold));
        var (surplus, count) = (Vector512<T>.Zero, Vector512<T>.Zero);
        foreach (var values in row)
        {
            var excess = Vector512.MaxNative(Vector512.Abs(values) - limit, Vector512<T>.Zero);
            surplus += excess;
            count += Vector512.GreaterThan(excess, Vector512<T>.Zero) & Vector512<T>.One;
        }

        return (double.CreateChecked(Vector512.Sum(surplus)), double.CreateChecked(Vector512.Sum(count)));
    }
}
