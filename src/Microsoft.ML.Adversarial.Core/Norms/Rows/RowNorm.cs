using System.Numerics;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Adversarial.Norms.Rows;

/// <summary>A norm on single rows of <see cref="PaddedRows{T}"/>, for methods that give every row a radius of its own.</summary>
/// <typeparam name="T">Element type.</typeparam>
internal abstract class RowNorm<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static RowNorm<T> Of(Norm norm) => norm.Order switch
    {
        0 => new L0RowNorm<T>(),
        1 => new L1RowNorm<T>(),
        2 => new L2RowNorm<T>(),
        double.PositiveInfinity => new LInfinityRowNorm<T>(),
        _ => throw new ArgumentException($"Expected L0, L1, L2 or Linf, got {norm}.", nameof(norm)),
    };

    public abstract double Measure(ReadOnlySpan<Vector512<T>> row);

    /// <summary>Moves a row to the nearest point, in the Euclidean sense, of the ball around 0.</summary>
    public abstract void Project(Span<Vector512<T>> row, double radius);
}
