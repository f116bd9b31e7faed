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

    /// <summary>The w of values; that of a value at a finite bound is infinite, and taken a little inside.</summary>
    /// <param name="values">Of a row.</param>
    /// <param name="weights">Gets the row's w.</param>
    public void FillWeights(ReadOnlySpan<Vector512<T>> values, Span<Vector512<T>> weights)
    {
        for (var block = 0; block < values.Length; block++)
        {
            var isConstant = Vector512.Equals(Halves[block], Vector512<T>.Zero);
            var relative = (values[block] - Centres[block]) / Vector512.ConditionalSelect(isConstant, Vector512<T>.One, Halves[block]);
            var isLinear = Vector512.GreaterThan(Linear[block], Vector512<T>.Zero);
            var weight = Vector512.ConditionalSelect(isLinear, relative, Lanes<T>.Atanh(relative * Lanes<T>.Of(Inside)));
            weights[block] = Vector512.ConditionalSelect(isConstant, Vector512<T>.Zero, weight);
        }
    }

    /// <summary>dx/dw.</summary>
    /// <param name="weights">Of a row.</param>
    /// <param name="slopes">Gets the row's slopes.</param>
    public void FillSlopes(ReadOnlySpan<Vector512<T>> weights, Span<Vector512<T>> slopes)
    {
        for (var block = 0; block < weights.Length; block++)
        {
            var isLinear = Vector512.GreaterThan(Linear[block], Vector512<T>.Zero);
            slopes[block] = Halves[block] * Vector512.ConditionalSelect(isLinear, Vector512<T>.One, Lanes<T>.Tanh(weights[block]).Slope);
        }
    }
}
