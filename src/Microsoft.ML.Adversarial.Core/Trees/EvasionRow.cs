using Microsoft.ML.Adversarial.Attacks.Constraints;

namespace Microsoft.ML.Adversarial.Trees;

/// <summary>
/// One row as searches see it: where its used features are, where they may go, and how far that is. Distances are kept as totals of one term per
/// feature, a sum of powers or, in L∞, the largest.
/// </summary>
internal sealed class EvasionRow
{
    private readonly double _order;
    private readonly double[] _units;
    private readonly bool[] _whole;

    /// <param name="classifier">The trees and the bounds.</param>
    /// <param name="input">All features of the row.</param>
    /// <param name="order">p of the norm.</param>
    /// <param name="constraints">Frozen features, whole numbers and factors of the budget are obeyed; what else they ask is left to the attack.</param>
    public EvasionRow(TreeClassifier classifier, ReadOnlySpan<float> input, double order, InputConstraints constraints)
    {
        var used = classifier.Ensemble.Nodes.UsedFeatures;
        var (lower, upper) = classifier.Bounds.ToArrays<float>(input.Length);
        var (frozen, whole) = (constraints.Frozen.ToHashSet(), constraints.Integer.ToHashSet());
        _order = order;
        Original = new float[used.Length];
        classifier.Used(input, Original);
        (Lower, Upper, _units, _whole) = (new float[used.Length], new float[used.Length], new double[used.Length], new bool[used.Length]);
        for (var place = 0; place < used.Length; place++)
        {
            var (feature, isFrozen) = (used[place], frozen.Contains(used[place]));
            Lower[place] = isFrozen ? Original[place] : Math.Max(lower[feature], float.MinValue);
            Upper[place] = isFrozen ? Original[place] : Math.Min(upper[feature], float.MaxValue);
            _units[place] = constraints.EpsilonScale.Count == 0 ? 1 : constraints.EpsilonScale[feature];
            _whole[place] = whole.Contains(feature);
        }
    }

    /// <summary>The row's own values.</summary>
    public float[] Original { get; }

    /// <summary>The smallest finite values.</summary>
    public float[] Lower { get; }

    /// <summary>The largest finite values.</summary>
    public float[] Upper { get; }

    public int Features => Original.Length;

    /// <summary>Whether only the largest change counts, so that putting another one back gains nothing.</summary>
    public bool IsByLargest => double.IsPositiveInfinity(_order);

    /// <summary>The value in an interval that is nearest to the row's own; false where there is none.</summary>
    public bool TryNearest(int feature, float lower, float upper, out float value)
    {
        if (_whole[feature])
        {
            (lower, upper) = (MathF.Ceiling(lower), MathF.Floor(upper));
        }

        value = lower > Original[feature] ? lower : upper < Original[feature] ? upper : Original[feature];
        return lower <= upper;
    }

    /// <summary>What a feature's value adds to the total.</summary>
    public double Term(int feature, float value)
    {
        var change = Math.Abs((double)value - Original[feature]) / _units[feature];
        return _order switch
        {
            0 => change == 0 ? 0 : 1,
            1 or double.PositiveInfinity => change,
            2 => change * change,
            _ => Math.Pow(change, _order),
        };
    }

    /// <summary>A total with one more term.</summary>
    public double With(double total, double term) => double.IsPositiveInfinity(_order) ? Math.Max(total, term) : total + term;

    /// <summary>A total of which one term grew.</summary>
    public double Grown(double total, double before, double after) => double.IsPositiveInfinity(_order) ? Math.Max(total, after) : total + (after - before);

    /// <summary>The total of a point.</summary>
    public double Total(ReadOnlySpan<float> values)
    {
        var total = 0.0;
        for (var feature = 0; feature < values.Length; feature++)
        {
            total = With(total, Term(feature, values[feature]));
        }

        return total;
    }

    /// <summary>A total as a size in the norm.</summary>
    public double Size(double total) => _order is 0 or 1 or double.PositiveInfinity ? total : Math.Pow(total, 1 / _order);

    /// <summary>A size as a total.</summary>
    public double TotalOf(double size) => _order switch
    {
        0 => Math.Floor(size),
        1 or double.PositiveInfinity => size,
        _ => Math.Pow(size, _order),
    };

    /// <summary>
    /// Cuts from a box, in place, what is certainly no nearer than a limit. Along one feature that leaves an interval around the row's own value.
    /// </summary>
    /// <param name="lower">The box, whose nearest point is nearer than the limit.</param>
    /// <param name="upper">The same.</param>
    /// <param name="total">The total of its nearest point.</param>
    /// <param name="limit">The total to stay below.</param>
    public void Cut_(Span<float> lower, Span<float> upper, double total, double limit)
    {
        if (double.IsPositiveInfinity(limit))
        {
            return;
        }

        for (var feature = 0; feature < lower.Length; feature++)
        {
            TryNearest(feature, lower[feature], upper[feature], out var nearest);
            var rest = double.IsPositiveInfinity(_order) ? 0 : total - Term(feature, nearest);
            if (_order == 0)
            {
                if (rest + 1 >= limit && nearest == Original[feature])
                {
                    (lower[feature], upper[feature]) = (nearest, nearest);
                }

                continue;
            }

            // Rounding of totals must not cut what is nearer.
            var reach = Size(Math.Max(limit - rest, 0)) * _units[feature] * (1 + 1e-9);
            lower[feature] = Math.Max(lower[feature], (float)(Original[feature] - reach));
            upper[feature] = Math.Min(upper[feature], (float)(Original[feature] + reach));
        }
    }
}
