using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Settings;

namespace Microsoft.ML.Adversarial.Evaluation.Systems;

/// <summary>How an evaluation of a classifier with its detectors runs.</summary>
public sealed record SystemOptions : EvaluationOptions
{
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
}
