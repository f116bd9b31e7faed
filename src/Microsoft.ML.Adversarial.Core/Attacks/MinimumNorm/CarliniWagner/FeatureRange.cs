using System.Numerics;
using System.Runtime.Intrinsics;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms.Rows;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;

/// <summary>
/// How each feature depends on a free variable w: x = m + h·tanh(w) between finite bounds m ± h; x = h·w, with w kept in the bounds that there
/// are, otherwise.
/// </summary>
/// <typeparam name="T">Single or Double.</typeparam>
internal sealed class FeatureRange<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Nearer to a bound, tanh is so flat that a hundred steps do not get away from it.
    private const double Inside = 0.999;

    private readonly PaddedRows<T> _rows;

    public FeatureRange(InputBounds bounds, int features)
    {
        _rows = new(5, features);
        var half = bounds.TypicalWidth / 2;
        for (var feature = 0; feature < features; feature++)
        {
            var pair = bounds.IsUniform ? 0 : feature;
            var (lower, upper) = ((double)bounds.Lower[pair], (double)bounds.Upper[pair]);
            var bounded = double.IsFinite(upper - lower);
            Set(0, bounded ? (lower + upper) / 2 : 0);
            Set(1, bounded ? (upper - lower) / 2 : half);
            Set(2, bounded ? 0 : 1);
            Set(3, bounded ? double.NegativeInfinity : lower / half);
            Set(4, bounded ? double.PositiveInfinity : upper / half);

            void Set(int row, double value) => _rows.Values(row)[feature] = T.CreateTruncating(value);
        }
    }

    /// <summary>m.</summary>
    public ReadOnlySpan<Vector512<T>> Centres => _rows[0];

    /// <summary>h.</summary>
    public ReadOnlySpan<Vector512<T>> Halves => _rows[1];

    /// <summary>1 where x is linear in w, 0 where it is not.</summary>
    public ReadOnlySpan<Vector512<T>> Linear => _rows[2];

    /// <summary>Smallest w.</summary>
    public ReadOnlySpan<Vector512<T>> Lowest => _rows[3];

    /// <summary>Largest w.</summary>
    public ReadOnlySpan<Vector512<T>> Highest => _rows[4];

    /// <summary>The w of a value; values at a finite bound, whose w is infinite, are taken a little inside.</summary>
    public T WeightOf(T value, int feature)
    {
        var half = _rows.Values(1)[feature];
        if (half == T.Zero)
        {
            return T.Zero;
        }

        var relative = (value - _rows.Values(0)[feature]) / half;
        return _rows.Values(2)[feature] > T.Zero ? relative : T.Atanh(relative * T.CreateTruncating(Inside));
    }

    /// <summary>dx/dw.</summary>
    public T SlopeAt(T weight, int feature)
    {
        var decay = T.Exp(T.CreateTruncating(-2) * T.Abs(weight));
        var bend = T.CreateTruncating(4) * decay / ((T.One + decay) * (T.One + decay));
        return _rows.Values(1)[feature] * (_rows.Values(2)[feature] > T.Zero ? T.One : bend);
    }
}
