using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// What one of the tensors that a detector learnt must be like: how the state of a damaged file is told from a whole one.
/// </summary>
/// <param name="Name">Its name in the state.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its shape.</param>
public sealed record LearntTensor(string Name, ScalarType Type, IReadOnlyList<long> Shape)
{
    /// <summary>The smallest value it may hold. Default −∞, which still means finite.</summary>
    public double Minimum { get; init; } = double.NegativeInfinity;

    /// <summary>The largest value it may hold. Default +∞, which still means finite.</summary>
    public double Maximum { get; init; } = double.PositiveInfinity;

    /// <summary>The length of the first axis of a tensor, for shapes that depend on the rows that were learnt from.</summary>
    /// <param name="state">Names and tensors.</param>
    /// <param name="name">The tensor.</param>
    /// <exception cref="ArgumentException">There is no such tensor, or it has no axis.</exception>
    public static long RowsOf(IReadOnlyDictionary<string, Tensor> state, string name)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.TryGetValue(name, out var tensor) && tensor.dim() > 0
            ? tensor.shape[0]
            : throw new ArgumentException($"Expected a tensor '{name}' of at least one axis, got {(tensor is null ? "none" : "a number")}.");
    }

    /// <summary>Throws unless the state consists of exactly these tensors.</summary>
    internal static void Require(IReadOnlyList<LearntTensor> expected, IReadOnlyDictionary<string, Tensor> state)
    {
        if (!state.Keys.Order(StringComparer.Ordinal).SequenceEqual(expected.Select(one => one.Name).Order(StringComparer.Ordinal)))
        {
            throw new ArgumentException(
                $"Expected tensors named {Names(expected.Select(one => one.Name))}, got {Names(state.Keys)}.");
        }

        foreach (var one in expected)
        {
            one.Require(state);
        }
    }

    /// <summary>Throws unless the state has this tensor, as it must be.</summary>
    internal void Require(IReadOnlyDictionary<string, Tensor> state)
    {
        if (!state.TryGetValue(Name, out var tensor))
        {
            throw new ArgumentException($"Expected a tensor '{Name}', got {Names(state.Keys)}.");
        }

        if (tensor.dtype != Type || !tensor.shape.SequenceEqual(Shape))
        {
            throw new ArgumentException(
                $"'{Name}': expected {Type} of shape [{string.Join(", ", Shape)}], got {tensor.dtype} of shape [{string.Join(", ", tensor.shape)}].");
        }

        using var scope = NewDisposeScope();
        var values = tensor.to(ScalarType.Float64);
        if (!values.isfinite().logical_and_(values.ge(Minimum)).logical_and_(values.le(Maximum)).all().item<bool>())
        {
            throw new ArgumentException($"'{Name}': expected finite values from {Minimum} to {Maximum}, got others.");
        }
    }

    private static string Names(IEnumerable<string> names) => names.Any() ? string.Join(", ", names) : "none";
}
