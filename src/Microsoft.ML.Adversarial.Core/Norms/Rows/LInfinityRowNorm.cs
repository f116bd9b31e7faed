using System.Numerics;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Adversarial.Norms.Rows;

internal sealed class LInfinityRowNorm<T> : RowNorm<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The largest magnitude.</summary>
    public static double Largest(ReadOnlySpan<Vector512<T>> row)
    {
        var largest = Vector512<T>.Zero;
        foreach (var values in row)
        {
            largest = Vector512.MaxNative(largest, Vector512.Abs(values));
        }

        var greatest = T.Zero;
        for (var lane = 0; lane < Vector512<T>.Count; lane++)
        {
            greatest = T.Max(greatest, largest[lane]);
        }

        return double.CreateChecked(greatest);
    }

    public override double Measure(ReadOnlySpan<Vector512<T>> row) => Largest(row);

    public override void Project(Span<Vector512<T>> row, double radius)
    {
        var limit = Vector512.Create(T.CreateChecked(radius));
        for (var block = 0; block < row.Length; block++)
        {
            row[block] = Vector512.MinNative(Vector512.MaxNative(row[block], -limit), limit);
        }
    }
}
