using Microsoft.ML.Adversarial.Settings;

namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>How a suite of attacks is run over rows, whatever is attacked.</summary>
public abstract record EvaluationOptions
{
    private protected EvaluationOptions()
    {
    }

    /// <summary>Rows that are attacked together, at least 1. Results depend on it in the last bits. Default 256.</summary>
    public int BatchSize
    {
        get;
        init => field = SettingRange.Require(value, value >= 1, ">= 1", nameof(BatchSize));
    } = 256;

    /// <summary>Seed of all random draws, which belong to it and to the row's number. Default 0.</summary>
    public long Seed { get; init; }

    /// <summary>The confidence of intervals, between 0 and 1. Default 0.95.</summary>
    public double Confidence
    {
        get;
        init => field = SettingRange.Require(value, value is > 0 and < 1, "between 0 and 1", nameof(Confidence));
    } = 0.95;

    /// <summary>Told after each attack of each batch. Default nobody.</summary>
    public IProgress<EvaluationProgress>? Progress { get; init; }

    /// <summary>Ends the evaluation early; the batches that are finished are returned. Default never.</summary>
    public CancellationToken Cancellation { get; init; }
}

/// <summary>How far an evaluation is.</summary>
/// <param name="RowsDone">Rows that all attacks are done with.</param>
/// <param name="Attack">The attack that has just finished its batch.</param>
public readonly record struct EvaluationProgress(long RowsDone, string Attack);
