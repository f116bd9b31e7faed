using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Certification;

/// <summary>What belongs to one run of randomised smoothing rather than to its settings: randomness and cancellation.</summary>
public sealed record SmoothingRun
{
    internal static SmoothingRun Default { get; } = new();

    /// <summary>
    /// Seed of the noise. Default 0. Who knows it can look for an input whose noise is lucky: keep it from those whose inputs are certified.
    /// </summary>
    public long Seed { get; init; }

    /// <summary>One key per row, which with the seed decides the row's noise; null for 0, 1, 2, …. Default null.</summary>
    public IReadOnlyList<long>? RowKeys { get; init; }

    /// <summary>Ends the run early: rows that are not done abstain. Default: never.</summary>
    public CancellationToken Cancellation { get; init; }

    internal IReadOnlyList<long> KeysOf(long rows)
    {
        if (RowKeys is { } keys && keys.Count != rows)
        {
            throw new ArgumentException($"Expected a row key for each of {rows} rows, got {keys.Count}.");
        }

        return RowKeys ?? RowRandom.FirstKeys(rows);
    }
}
