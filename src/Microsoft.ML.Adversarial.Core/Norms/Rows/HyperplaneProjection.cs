using System.Numerics;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Adversarial.Norms.Rows;

/// <summary>
/// The smallest change in a norm that brings a row onto a hyperplane without leaving the input bounds (Croce &amp; Hein 2020, arXiv:1907.02044,
/// section 2.2). Every feature moves one way, by no more than the bounds leave it, and the norm says who moves how far. Where the bounds do not
/// reach the hyperplane, the row moves to their nearest corner.
/// </summary>
/// <typeparam name="T">Element type of the rows.</typeparam>
internal abstract class HyperplaneProjection<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly RowBounds<T> _bounds;
    private readonly PaddedRows<T> _scratch;

    private protected HyperplaneProjection((T[] Lower, T[] Upper) bounds)
    {
        _bounds = new RowBounds<T>(bounds);
        _scratch = new PaddedRows<T>(2, bounds.Lower.Length);
    }

    /// <summary>The projection of a norm.</summary>
    /// <param name="norm">L1, L2 or L∞.</param>
    /// <param name="bounds">A pair per feature; may be infinite.</param>
    public static HyperplaneProjection<T> Of(Norm norm, (T[] Lower, T[] Upper) bounds) => norm.Order switch
    {
        1 => new L1HyperplaneProjection<T>(bounds),
        2 => new L2HyperplaneProjection<T>(bounds),
        double.PositiveInfinity => new LInfinityHyperplaneProjection<T>(bounds),
        _ => throw new ArgumentException($"Expected L1, L2 or Linf, got {norm}.", nameof(norm)),
    };

    /// <summary>Finds the smallest δ with residual + w·δ = 0. It is 0 where w is, and where no number is large enough.</summary>
    /// <param name="change">δ, written.</param>
    /// <param name="point">The row, within the bounds.</param>
    /// <param name="weights">w.</param>
    /// <param name="residual">How far the row is off the hyperplane, times ‖w‖.</param>
    public void Apply(Span<Vector512<T>> change, ReadOnlySpan<Vector512<T>> point, ReadOnlySpan<Vector512<T>> weights, double residual)
    {
        // Squares of small weights underflow in float32: they are taken relative to the largest one.
        var largest = LInfinityRowNorm<T>.Largest(weights);
        var unit = T.One / T.CreateChecked(largest);
        var needed = Math.Abs(residual) / largest;
        if (!(largest > 0 && double.IsFinite(largest) && T.IsFinite(unit) && double.IsFinite(needed)))
        {
            change.Clear();
            return;
        }

        var units = Vector512.Create(residual > 0 ? -unit : unit);
        var slopes = _scratch[0][..change.Length];
        var rooms = _scratch[1][..change.Length];
        var lower = _bounds.Lower[..change.Length];
        var upper = _bounds.Upper[..change.Length];
        point = point[..change.Length];
        weights = weights[..change.Length];
        for (var block = 0; block < change.Length; block++)
        {
            var slope = weights[block] * units;
            var room = Vector512.ConditionalSelect(
                Vector512.LessThan(slope, Vector512<T>.Zero), point[block] - lower[block], upper[block] - point[block]);
            rooms[block] = Vector512.ConditionalSelect(
                Vector512.Equals(slope, Vector512<T>.Zero), Vector512<T>.Zero, Vector512.MaxNative(room, Vector512<T>.Zero));
            slopes[block] = Vector512.Abs(slope);
        }

        Share(change, slopes, rooms, needed);
        for (var block = 0; block < change.Length; block++)
        {
            var falls = Vector512.LessThan(weights[block] * units, Vector512<T>.Zero);
            change[block] = Vector512.ConditionalSelect(falls, -change[block], change[block]);
        }
    }

    /// <summary>Says how far each feature moves: m ≤ rooms with slopes·m = needed and the smallest norm; m = rooms where that is too little.</summary>
    /// <param name="moves">m ≥ 0, written.</param>
    /// <param name="slopes">Between 0 and 1.</param>
    /// <param name="rooms">At least 0, and 0 where the slope is; may be infinite.</param>
    /// <param name="needed">At least 0 and finite.</param>
    protected abstract void Share(Span<Vector512<T>> moves, ReadOnlySpan<Vector512<T>> slopes, ReadOnlySpan<Vector512<T>> rooms, double needed);
}
