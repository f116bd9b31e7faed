using Microsoft.ML.Adversarial.Settings;

namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>How an evaluation runs.</summary>
public sealed record RobustnessOptions : EvaluationOptions
{
    /// <summary>
    /// On how many rows, the first ones and no more than a batch, diagnostics and the curve over budgets are measured, at least 0. Costs about 500
    /// passes and gradients a row. 0 for none, which leaves those that cost nothing. Default 64.
    /// </summary>
    public int ProbeRows
    {
        get;
        init => field = SettingRange.Require(value, value >= 0, ">= 0", nameof(ProbeRows));
    } = 64;

    /// <summary>Which part of the data is evaluated. Default all.</summary>
    public EvaluationShard Shard { get; init; } = EvaluationShard.Whole;

    /// <summary>
    /// What tells the model from others, such as a hash of its file, so that parts of different evaluations are not joined. Default null: nothing.
    /// </summary>
    public string? ModelFingerprint { get; init; }

    /// <summary>What tells the data from others, such as a hash of its files. Default null: nothing.</summary>
    public string? DataFingerprint { get; init; }
}
