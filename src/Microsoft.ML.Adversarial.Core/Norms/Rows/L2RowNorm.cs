using System.Numerics;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Adversarial.Norms.Rows;

internal sealed class L2RowNorm<T> : RowNorm<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Squares of smaller or larger numbers may underflow or overflow in float32.
    private const double Tiny = 1e-13;
    private const double Huge = 1e18;

    public override double Measure(ReadOnlySpan<Vector512<T>> row)
    {
        var length = Length(row, T.One);
        if (length is > Tiny and < Huge)
        {
            return length;
        }

        var largest = LInfinityRowNorm<T>.Largest(row);
        return largest > 0 && double.IsFinite(largest) ? Length(row, T.One / T.CreateChecked(largest)) * largest : largest;
    }

    public override void Project(Span<Vector512<T>> row, double radius)
    {
        var length = Measure(row);
        if (length > radius)
        {
            Scale(row, radius / length);
        }
    }

    public static void Scale(Span<Vector512<T>> row, double factor)
    {
        var scale = Vector512.Create(T.CreateChecked(factor));
        for (var block = 0; block < row.Length; block++)
        {
            row[block] *= scale;
        }
    }

    private static double Length(ReadOnlySpan<Vector512<T>> row, T unit)
    {
        var scale = Vector512.Create(unit);
        var sum = Vector512<T>.Zero;
        foreach (var values in row)
        {
            var scaled = values * scale;
            sum += scaled * scaled;
        }

        return Math.Sqrt(double.CreateChecked(Vector512.Sum(sum)));
    }
}
