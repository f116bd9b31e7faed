using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>What belongs to one run of an attack rather than to the attack: randomness and cancellation.</summary>
public sealed record AttackRun
{
    internal static AttackRun Default { get; } = new();

    /// <summary>Seed of every random draw. Default 0.</summary>
    public long Seed { get; init; }

    /// <summary>One key per row, which with the seed decides the row's random draws; null for 0, 1, 2, …. Default null.</summary>
    public IReadOnlyList<long>? RowKeys { get; init; }

    /// <summary>
    /// Where decision-based attacks start from, one input per row, such as inputs of the target classes; in the shape of the inputs,
    /// finite. Rows that do not reach the goal there look for a start of their own, as all do where it is null; other attacks ignore it.
    /// Default null. The caller keeps owning it.
    /// </summary>
    public Tensor? Starts { get; init; }

    /// <summary>Ends the attack early; what was found so far is returned. Default: never.</summary>
    public CancellationToken Cancellation { get; init; }

    internal IReadOnlyList<long> KeysOf(long rows) => RowKeys ?? RowRandom.FirstKeys(rows);

    internal void RequireFit(Tensor inputs)
    {
        var rows = inputs.shape[0];
        if (RowKeys is { } keys && keys.Count != rows)
        {
            throw new ArgumentException($"Expected a row key for each of {rows} rows, got {keys.Count}.");
        }

        if (Starts is { } starts && !starts.shape.SequenceEqual(inputs.shape))
        {
            throw new ArgumentException(
                $"Expected starts in the shape of the inputs, [{string.Join(", ", inputs.shape)}], got [{string.Join(", ", starts.shape)}].");
        }
    }
}
