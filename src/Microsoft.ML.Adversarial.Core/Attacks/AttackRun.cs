using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>What belongs to one run of an attack rather than to the attack: randomness and cancellation.</summary>
public sealed record AttackRun
{
    internal static AttackRun Default { get; } = new();

    /// <summary>Seed of every random draw. Default 0.</summary>
    public long Seed { get; init; }

    /// <summary>One key per row, which with the seed decides the row's random draws; null for 0, 1, 2, …. Default null.</summary>
    public IReadOnlyList<long>? RowKeys { get; init; }

    /// <summary>Ends the attack early; what was found so far is returned. Default: never.</summary>
    public CancellationToken Cancellation { get; init; }

    internal IReadOnlyList<long> KeysOf(long rows) => RowKeys ?? RowRandom.FirstKeys(rows);

    internal void RequireFit(long rows)
    {
        if (RowKeys is { } keys && keys.Count != rows)
        {
            throw new ArgumentException($"Expected a row key for each of {rows} rows, got {keys.Count}.");
        }
    }
}
