using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Settings;

namespace Microsoft.ML.Adversarial.Evaluation.Systems;

/// <summary>How an evaluation of a classifier with its detectors runs.</summary>
public sealed record SystemOptions
{
    /// <summary>Rows that are attacked together, at least 1. Results depend on it in the last bits. Default 256.</summary>
    public int BatchSize
    {
        get;
        init => field = SettingRange.Require(value, value >= 1, ">= 1", nameof(BatchSize));
    } = 256;

    /// <summary>Seed of all random draws, which belong to it and to the row's number. Default 0.</summary>
    public long Seed { get; init; }

    /// <summary>Gradient steps of each adaptive attack, at least 1. Default 100.</summary>
    public int AdaptiveSteps
    {
        get;
        init => field = SettingRange.Require(value, value >= 1, ">= 1", nameof(AdaptiveSteps));
    } = 100;

    /// <summary>
    /// What attacks the bare classifier with half the budget, with that budget and in the suite's norm; a weak one overstates the classifier and lets
    /// more claims of detectors pass. Null for AutoAttack, or PGD with 100 steps where the norm has none. Default null.
    /// </summary>
    public Attack? HalfBudgetAttack { get; init; }

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
