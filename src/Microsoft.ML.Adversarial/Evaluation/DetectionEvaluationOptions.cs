using Microsoft.ML.Adversarial.Detectors;

namespace Microsoft.ML.Adversarial.Evaluation;

/// <summary>What an evaluation of detectors reads beside the scores, and how it computes confidence intervals.</summary>
public sealed record DetectionEvaluationOptions
{
    /// <summary>
    /// Clean rows with the score columns, other than those that are evaluated, on which a threshold is calibrated for each score; at least
    /// 1 / <see cref="FalsePositiveRate"/> − 1 of them. Null for no thresholds. Default null.
    /// </summary>
    public IDataView? CalibrationRows { get; init; }

    /// <summary>The false-positive rate that these thresholds are to hold, between 0 and 1. Default 0.01.</summary>
    public double FalsePositiveRate
    {
        get;
        init
        {
            ConformalCalibration.RequireRate(value);
            field = value;
        }
    } = 0.01;

    /// <summary>
    /// A Boolean column of the attacked rows, such as <c>AttackSucceeded</c>: only rows where it is true count. Rows that were misclassified
    /// before the attack count as succeeded. Null to count all rows. Default null.
    /// </summary>
    public string? SucceededColumnName { get; init; }

    /// <summary>The pipeline's own flag, a Boolean; views that do not have it give no rates of it. Default <c>IsAdversarial</c>.</summary>
    public string FlagColumnName { get; init; } = "IsAdversarial";

    /// <summary>How confidence intervals are computed. Default: 1000 resamples, 95 %.</summary>
    public Bootstrap Bootstrap { get; init; } = new();
}
