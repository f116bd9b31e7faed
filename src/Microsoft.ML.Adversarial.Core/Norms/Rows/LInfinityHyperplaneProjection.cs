using System.Numerics;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Adversarial.Norms.Rows;

/// <summary>The smallest largest change: all features move equally far, as far as they can.</summary>
/// <typeparam name="T">Element type of the rows.</typeparam>
internal sealed class LInfinityHyperplaneProjection<T> : PacedProjection<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PaddedRows<T> _ones;

    /// <param name="bounds">A pair per feature; may be infinite.</param>
    public LInfinityHyperplaneProjection((T[] Lower, T[] Upper) bounds)
        : base(bounds)
    {
        _ones = new PaddedRows<T>(1, bounds.Lower.Length);
        _ones[0].Fill(Vector512<T>.One);
    }

    protected override ReadOnlySpan<Vector512<T>> Paces(ReadOnlySpan<Vector512<T>> slopes) => _ones[0];
}
