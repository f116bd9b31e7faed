using System.Numerics;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Adversarial.Norms.Rows;

/// <summary>The input bounds of every feature, in the form of rows of <see cref="PaddedRows{T}"/>.</summary>
/// <typeparam name="T">Element type.</typeparam>
internal sealed class RowBounds<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PaddedRows<T> _bounds;

    /// <param name="bounds">A pair per feature.</param>
    public RowBounds((T[] Lower, T[] Upper) bounds)
    {
        _bounds = new PaddedRows<T>(2, bounds.Lower.Length);
        bounds.Lower.CopyTo(_bounds.Values(0));
        bounds.Upper.CopyTo(_bounds.Values(1));
    }

    public ReadOnlySpan<Vector512<T>> Lower => _bounds[0];

    public ReadOnlySpan<Vector512<T>> Upper => _bounds[1];

    /// <summary>Goes from an original as far along a change as the bounds let it, and cuts the change down to that.</summary>
    public void Move(Span<Vector512<T>> position, Span<Vector512<T>> change, ReadOnlySpan<Vector512<T>> original)
    {
        var lower = Lower;
        var upper = Upper;
        for (var block = 0; block < change.Length; block++)
        {
            position[block] = Vector512.MinNative(Vector512.MaxNative(original[block] + change[block], lower[block]), upper[block]);
            change[block] = position[block] - original[block];
        }
    }
}
