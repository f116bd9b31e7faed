using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Constraints;

/// <summary>Features that take only some values, an equal distance apart: levels, counted from an origin, between a lowest and a highest.</summary>
internal sealed class ValueGrid
{
    private const double PixelLevels = 255;

    // In levels: what rounding leaves of whole ones.
    private const double Slack = 1e-3;

    private readonly Tensor _levels;
    private readonly Tensor _origin;
    private readonly Tensor _lowest;
    private readonly Tensor _highest;

    // Levels per unit, 0 where any value will do.
    private ValueGrid(double[] levels, double[] origin, InputBounds bounds, Tensor like)
    {
        var (lower, upper) = bounds.ToArrays<double>(levels.Length);
        var features = levels.Index().ToArray();
        IsOnGrid = tensor(levels, device: like.device).greater(0).unsqueeze(0);
        _levels = Column(features.Select(pair => pair.Item > 0 ? pair.Item : 1));
        _origin = Column(origin);
        _lowest = Column(features.Select(pair => Math.Ceiling(((lower[pair.Index] - origin[pair.Index]) * pair.Item) - Slack)));
        _highest = Column(features.Select(pair => Math.Floor(((upper[pair.Index] - origin[pair.Index]) * pair.Item) + Slack)));

        Tensor Column(IEnumerable<double> values) => tensor(values.ToArray(), like.dtype, like.device).unsqueeze(0);
    }

    /// <summary>Which features it has, shape [1, features], Bool.</summary>
    public Tensor IsOnGrid { get; }

    /// <summary>The grid of these constraints, or null if they name none.</summary>
    /// <exception cref="ArgumentException">Pixels have no finite bounds to divide into levels.</exception>
    public static ValueGrid? Of(InputConstraints constraints, InputBounds bounds, Tensor like)
    {
        if (!constraints.EightBit && constraints.EightBitFeatures.Count + constraints.Integer.Count == 0)
        {
            return null;
        }

        var features = (int)(like.numel() / like.shape[0]);
        var (levels, origin) = (new double[features], new double[features]);
        int[] pixels = [.. PixelsOf(constraints, features)];
        if (pixels.Length > 0)
        {
            var (lower, upper) = bounds.ToArrays<double>(features);
            foreach (var feature in pixels)
            {
                var width = upper[feature] - lower[feature];
                if (!double.IsFinite(width))
                {
                    throw new ArgumentException(
                        $"Expected finite input bounds for pixels of 8 bits, got [{lower[feature]}, {upper[feature]}] for feature {feature}. Give the classifier bounds, or drop the constraint.");
                }

                (levels[feature], origin[feature]) = width > 0 ? (PixelLevels / width, lower[feature]) : (0, 0);
            }
        }

        foreach (var feature in constraints.Integer)
        {
            levels[feature] = 1;
        }

        return new(levels, origin, bounds, like);
    }

    private static IEnumerable<int> PixelsOf(InputConstraints constraints, int features) =>
        (constraints.EightBit ? Enumerable.Range(0, features) : constraints.EightBitFeatures)
            .Except(constraints.Integer).Except(constraints.OneHot.SelectMany(group => group));

    /// <summary>The largest whole number of levels within distances, as a distance; shape [1, features].</summary>
    public Tensor Whole(Tensor distances) => where(IsOnGrid, ((distances * _levels) + Slack).floor() / _levels, distances);

    /// <summary>Each feature's nearest value; shape [N, features].</summary>
    public Tensor Nearest(Tensor rows) => where(IsOnGrid, Value(Level(rows).round()), rows);

    /// <summary>
    /// A change of k levels and a fraction becomes one of k + 1 levels where the fraction reaches the threshold, else of k: the nearest at ½, never
    /// further from the original at 1. What does not change keeps its bits.
    /// </summary>
    public Tensor Rounded(Tensor rows, Tensor originals, Tensor threshold)
    {
        var start = Level(originals).round();
        var change = Level(rows) - start;
        var whole = (change.abs() + (1 + Slack) - threshold).floor() * change.sign();
        return where(IsOnGrid, where(whole.eq(0), originals, Value(start + whole)), rows);
    }

    /// <summary>Which values are none of the grid's; shape [N, features], Bool.</summary>
    public Tensor IsOff(Tensor rows) => IsOnGrid.logical_and((Level(rows) - Level(rows).round()).abs().greater(Slack));

    private Tensor Level(Tensor rows) => (rows - _origin) * _levels;

    private Tensor Value(Tensor levels) => (levels.clamp(_lowest, _highest) / _levels) + _origin;
}
