using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>
/// The smallest and largest value that each feature may take, in the units of the feature column: one pair for all features, or one
/// pair per feature in row-major order. Attacks stay inside; scoring works outside too.
/// </summary>
public sealed class InputBounds
{
    private readonly float[] _lower;
    private readonly float[] _upper;

    /// <summary>One pair of bounds for all features.</summary>
    /// <param name="lower">Smallest value; −∞ is allowed.</param>
    /// <param name="upper">Largest value, above <paramref name="lower"/>; +∞ is allowed.</param>
    public InputBounds(float lower, float upper)
        : this([lower], [upper])
    {
        if (lower == upper)
        {
            throw new ArgumentException($"Expected a lower bound below the upper bound, got [{lower}, {upper}].");
        }
    }

    /// <summary>A pair of bounds for every feature.</summary>
    /// <param name="lower">Smallest values, one per feature.</param>
    /// <param name="upper">Largest values, as many; equal bounds freeze a feature.</param>
    public InputBounds(IReadOnlyList<float> lower, IReadOnlyList<float> upper)
    {
        ArgumentNullException.ThrowIfNull(lower);
        ArgumentNullException.ThrowIfNull(upper);
        if (lower.Count == 0 || lower.Count != upper.Count)
        {
            throw new ArgumentException($"Expected as many lower as upper bounds, and at least one, got {lower.Count} and {upper.Count}.");
        }

        for (var feature = 0; feature < lower.Count; feature++)
        {
            if (!(lower[feature] <= upper[feature]))
            {
                throw new ArgumentException($"Feature {feature}: expected lower <= upper, got [{lower[feature]}, {upper[feature]}].");
            }
        }

        _lower = [.. lower];
        _upper = [.. upper];
    }

    /// <summary>[0, 1] for every feature: pixels divided by 255.</summary>
    public static InputBounds Unit { get; } = new(0f, 1f);

    /// <summary>No bounds: (−∞, +∞) for every feature.</summary>
    public static InputBounds Unbounded { get; } = new(float.NegativeInfinity, float.PositiveInfinity);

    /// <summary>Lower bounds: one, or one per feature.</summary>
    public IReadOnlyList<float> Lower => _lower;

    /// <summary>Upper bounds: one, or one per feature.</summary>
    public IReadOnlyList<float> Upper => _upper;

    /// <summary>Whether one pair holds for all features.</summary>
    public bool IsUniform => _lower.Length == 1;

    /// <inheritdoc/>
    public override string ToString() => IsUniform ? $"[{_lower[0]}, {_upper[0]}]" : $"{_lower.Length} pairs within [{_lower.Min()}, {_upper.Max()}]";

    /// <summary>Whether the bounds can apply to inputs of this many features.</summary>
    internal bool Fit(long features) => IsUniform || _lower.Length == features;

    /// <summary>The bounds as tensors that broadcast against inputs of the given shape, type and device.</summary>
    internal (Tensor Lower, Tensor Upper) ToTensors(Tensor inputs)
    {
        long[] shape = IsUniform ? [] : [1, .. inputs.shape[1..]];
        return (ToTensor(_lower), ToTensor(_upper));

        Tensor ToTensor(float[] values) => tensor(values).reshape(shape).to(inputs.dtype, inputs.device);
    }

    /// <summary>Whether all values are certainly finite and inside, found in one pass over memory: what attacks ask of nearly all inputs.</summary>
    internal bool CertainlyHold(Tensor inputs)
    {
        if (!IsUniform || !PlainCells.Have(inputs))
        {
            return false;
        }

        // No comparison holds for NaN, and none of these for an infinity.
        var (lower, upper) = (Math.Max(_lower[0], float.MinValue), Math.Min(_upper[0], float.MaxValue));
        var (lowers, uppers) = (Vector512.Create(lower), Vector512.Create(upper));
        var cells = PlainCells.Of(inputs);
        var blocks = MemoryMarshal.Cast<float, Vector512<float>>(cells);
        var inside = Vector512<float>.AllBitsSet;
        foreach (var block in blocks)
        {
            inside &= Vector512.GreaterThanOrEqual(block, lowers) & Vector512.LessThanOrEqual(block, uppers);
        }

        var holds = inside.AsInt32() == Vector512<int>.AllBitsSet;
        foreach (var value in cells[(blocks.Length * Vector512<float>.Count)..])
        {
            holds &= value >= lower && value <= upper;
        }

        return holds;
    }

    /// <summary>How wide the bounds are: the root mean square over the features that have finite ones and can move; 1 where none do.</summary>
    internal double TypicalWidth
    {
        get
        {
            var widths = _lower.Zip(_upper, (lower, upper) => (double)upper - lower).Where(width => width > 0 && double.IsFinite(width)).ToArray();
            return widths.Length == 0 ? 1 : Math.Sqrt(widths.Average(width => width * width));
        }
    }

    /// <summary>The bounds with one pair for each of so many features.</summary>
    internal (T[] Lower, T[] Upper) ToArrays<T>(int features)
        where T : INumberBase<T>
    {
        return (ToArray(_lower), ToArray(_upper));

        T[] ToArray(float[] values) => [.. Enumerable.Range(0, features).Select(feature => T.CreateChecked(values[IsUniform ? 0 : feature]))];
    }

    /// <summary>Throws for the first value that lies outside, naming its row and feature.</summary>
    internal void RequireInside(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        if (IsUniform)
        {
            // Two reductions cost a tenth of two masks, and inputs are nearly always inside.
            var (least, greatest) = (inputs.amin(), inputs.amax());
            if (least.to(ScalarType.Float64).item<double>() >= _lower[0] && greatest.to(ScalarType.Float64).item<double>() <= _upper[0])
            {
                return;
            }
        }

        var (lower, upper) = ToTensors(inputs);
        var outside = inputs.less(lower).logical_or_(inputs.greater(upper));
        if (!outside.any().item<bool>())
        {
            return;
        }

        var features = inputs.numel() / inputs.shape[0];
        var first = outside.flatten().nonzero()[0, 0].item<long>();
        var value = inputs.flatten()[first].to(ScalarType.Float64).item<double>();
        throw Outside(first / features, (int)(first % features), value);
    }

    /// <summary>Throws for the first value of one row that lies outside; the row's number is for the error.</summary>
    internal void RequireInside(ReadOnlySpan<float> features, long row)
    {
        for (var feature = 0; feature < features.Length; feature++)
        {
            var pair = IsUniform ? 0 : feature;
            if (features[feature] < _lower[pair] || features[feature] > _upper[pair])
            {
                throw Outside(row, feature, features[feature]);
            }
        }
    }

    private AdversarialInputException Outside(long row, int feature, double value)
    {
        var pair = IsUniform ? 0 : feature;
        return new(
            row, feature, $"expected a value within the input bounds [{_lower[pair]}, {_upper[pair]}], got {value}. Attack inputs in the units of the feature column, or widen the bounds that the classifier was given.");
    }
}
