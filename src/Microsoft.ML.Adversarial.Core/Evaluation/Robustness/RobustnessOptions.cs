using Microsoft.ML.Adversarial.Settings;

namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>How an evaluation runs.</summary>
public sealed record RobustnessOptions
{
    /// <summary>Rows that are attacked together, at least 1. Results depend on it in the last bits. Default 256.</summary>
    public int BatchSize
    {
        get;
        init => field = SettingRange.Require(value, value >= 1, ">= 1", nameof(BatchSize));
    } = 256;

    /// <summary>Seed of all random draws, which belong to it and to the row's number. Default 0.</summary>
    public long Seed { get; init; }

    /// <summary>
    /// On how many rows, the first ones and no more than a batch, diagnostics and the curve over budgets are measured, at least 0. Costs about 500
    /// passes and gradients a row. 0 for none, which leaves those that cost nothing. Default 64.
    /// </summary>
    public int ProbeRows
    {
        get;
        init => field = SettingRange.Require(value, value >= 0, ">= 0", nameof(ProbeRows));
    } = 64;

    /// <summary>The confidence of intervals, between 0 and 1. Default 0.95.</summary>
    public double Confidence
    {
        get;
        init => field = SettingRange.Require(value, value is > 0 and < 1, "between 0 and 1", nameof(Confidence));
    } = 0.95;

    /// <summary>Which part of the data is evaluated. Default all.</summary>
    public EvaluationShard Shard { get; init; } = EvaluationShard.Whole;

    /// <summary>
    /// What tells the model from others, such as a hash of its file, so that parts of different evaluations are not joined. Default null: nothing.
    /// </summary>
    public string? ModelFingerprint { get; init; }

    /// <summary>What tells the data from others, such as a hash of its files. Default null: nothing.</summary>
    public string? DataFingerprint { get; init; }

    /// <summary>Told after each attack of each batch. Default nobody.</summary>
    public IProgress<EvaluationProgress>? Progress { get; init; }

    /// <summary>Ends the evaluation early; the batches that are finished are returned. Default never.</summary>
    public CancellationToken Cancellation { get; init; }
}

/// <summary>How far an evaluation is.</summary>
/// <param name="RowsDone">Rows that all attacks are done with.</param>
/// <param name="Attack">The attack that has just finished its batch.</param>
public readonly record struct EvaluationProgress(long RowsDone, string Attack);
