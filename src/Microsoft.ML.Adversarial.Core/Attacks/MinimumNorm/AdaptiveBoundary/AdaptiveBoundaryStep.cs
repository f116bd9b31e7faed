using System.Numerics;
using System.Runtime.Intrinsics;
using Microsoft.ML.Adversarial.Norms.Rows;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm.AdaptiveBoundary;

/// <summary>How a row walks along the boundary, in a few passes over it that stay in the processor's cache.</summary>
/// <typeparam name="T">Element type of the inputs.</typeparam>
/// <param name="attack">The settings.</param>
/// <param name="bounds">Input bounds, a pair per feature.</param>
internal sealed class AdaptiveBoundaryStep<T>(AdaptiveBoundaryAttack attack, (T[] Lower, T[] Upper) bounds)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly RowNorm<T> _norm = RowNorm<T>.Of(attack.ThreatModel.Norm);
    private readonly HyperplaneProjection<T> _projection = HyperplaneProjection<T>.Of(attack.ThreatModel.Norm, bounds);
    private readonly RowBounds<T> _bounds = new(bounds);
    private readonly PaddedRows<T> _scratch = new(4, bounds.Lower.Length);

    /// <summary>Moves a row to a point between its own projection onto a hyperplane and the original's, a little beyond both.</summary>
    /// <param name="point">Where the row is, written in place.</param>
    /// <param name="original">The row as it came.</param>
    /// <param name="weights">The hyperplane's.</param>
    /// <param name="gap">How far the point is off the hyperplane, times ‖weights‖.</param>
    /// <returns>The size of the perturbation; +∞ where that is no number, and the row stays.</returns>
    public double Take(Span<T> point, ReadOnlySpan<T> original, ReadOnlySpan<Vector512<T>> weights, double gap)
    {
        point.CopyTo(_scratch.Values(0));
        original.CopyTo(_scratch.Values(1));
        var here = _scratch[0];
        var origin = _scratch[1][..here.Length];
        var ahead = _scratch[2][..here.Length];
        var across = _scratch[3][..here.Length];
        _projection.Apply(ahead, here, weights, gap);
        _projection.Apply(across, origin, weights, gap + Difference(weights, origin, here));
        var (way, shortcut) = (_norm.Measure(ahead), _norm.Measure(across));
        // Where neither projection moves, there is nothing to choose.
        var bias = Math.Min(way / Math.Max(way + shortcut, double.Epsilon), attack.LargestBias);
        var (shares, biases) = (Lanes<T>.Of(1 - bias), Lanes<T>.Of(bias));
        var beyond = Lanes<T>.Of(attack.Extrapolation);
        for (var block = 0; block < here.Length; block++)
        {
            // As a change of the original: a feature that may not change keeps its value to the last bit.
            here[block] = ((here[block] - origin[block] + (ahead[block] * beyond)) * shares) + (across[block] * beyond * biases);
        }

        _bounds.Move(ahead, here, origin);
        var size = _norm.Measure(here);
        if (double.IsFinite(size))
        {
            _scratch.Values(2).CopyTo(point);
        }

        return size;
    }

    /// <summary>Steps back towards the original.</summary>
    public void Return(Span<T> point, ReadOnlySpan<T> original)
    {
        point.CopyTo(_scratch.Values(0));
        original.CopyTo(_scratch.Values(1));
        var here = _scratch[0];
        var origin = _scratch[1][..here.Length];
        var shares = Lanes<T>.Of(attack.BackwardStep);
        for (var block = 0; block < here.Length; block++)
        {
            here[block] = origin[block] + ((here[block] - origin[block]) * shares);
        }

        _scratch.Values(0).CopyTo(point);
    }

    // w·(x − y).
    private static double Difference(ReadOnlySpan<Vector512<T>> weights, ReadOnlySpan<Vector512<T>> minuend, ReadOnlySpan<Vector512<T>> subtrahend)
    {
        var sum = Vector512<T>.Zero;
        minuend = minuend[..weights.Length];
        subtrahend = subtrahend[..weights.Length];
        for (var block = 0; block < weights.Length; block++)
        {
            sum += weights[block] * (minuend[block] - subtrahend[block]);
        }

        return double.CreateChecked(Vector512.Sum(sum));
    }
}
