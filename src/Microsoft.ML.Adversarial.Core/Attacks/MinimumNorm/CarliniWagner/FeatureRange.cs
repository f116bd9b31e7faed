using System.Numerics;
using Microsoft.ML.Adversarial.Classifiers;

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

    public FeatureRange(InputBounds bounds, int features)
    {
        (Centres, Halves, Linear, Lowest, Highest) = (new T[features], new T[features], new T[features], new T[features], new T[features]);
        var half = bounds.TypicalWidth / 2;
        for (var feature = 0; feature < features; feature++)
        {
            var pair = bounds.IsUniform ? 0 : feature;
            var (lower, upper) = ((double)bounds.Lower[pair], (double)bounds.Upper[pair]);
            var bounded = double.IsFinite(upper - lower);
            Centres[feature] = T.CreateTruncating(bounded ? (lower + upper) / 2 : 0);
            Halves[feature] = T.CreateTruncating(bounded ? (upper - lower) / 2 : half);
            Linear[feature] = bounded ? T.Zero : T.One;
            Lowest[feature] = T.CreateTruncating(bounded ? double.NegativeInfinity : lower / half);
            Highest[feature] = T.CreateTruncating(bounded ? double.PositiveInfinity : upper / half);
        }
    }

    /// <summary>m.</summary>
    public T[] Centres { get; }

    /// <summary>h.</summary>
    public T[] Halves { get; }

    /// <summary>1 where x is linear in w, 0 where it is not.</summary>
    public T[] Linear { get; }

    /// <summary>Smallest w.</summary>
    public T[] Lowest { get; }

    /// <summary>Largest w.</summary>
    public T[] Highest { get; }

    /// <summary>The w of a value; values at a finite bound, whose w is infinite, are taken a little inside.</summary>
    public T WeightOf(T value, int feature)
    {
        if (Halves[feature] == T.Zero)
        {
            return T.Zero;
        }

        var relative = (value - Centres[feature]) / Halves[feature];
        return Linear[feature] > T.Zero ? relative : T.Atanh(relative * T.CreateTruncating(Inside));
    }
}
