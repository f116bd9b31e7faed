using System.Numerics;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Adversarial.Norms.Rows;

/// <summary>The shortest change: features move in proportion to their slopes, as far as they can.</summary>
/// <typeparam name="T">Element type of the rows.</typeparam>
internal sealed class L2HyperplaneProjection<T>((T[] Lower, T[] Upper) bounds) : PacedProjection<T>(bounds)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected override ReadOnlySpan<Vector512<T>> Paces(ReadOnlySpan<Vector512<T>> slopes) => slopes;
}
