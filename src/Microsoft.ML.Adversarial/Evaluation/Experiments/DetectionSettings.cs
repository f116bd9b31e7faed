using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Evaluation.Systems;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>
/// How an experiment evaluates models with their detectors: as <c>EvaluateRobustDetection</c> does, by the experiment's suite and on its test rows.
/// </summary>
public sealed record DetectionSettings
{
    /// <summary>
    /// Clean rows on which each trial's thresholds are calibrated, as the pipelines read them; at least the number of detectors / the rate − 1. Give
    /// rows that no trial trains on and that are not evaluated, with folds too: rows that trained a network cannot calibrate its detectors.
    /// </summary>
    public required IDataView CalibrationRows
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(CalibrationRows));
    }

    /// <summary>
    /// The largest share of clean rows that a model with its detectors may flag, between 0 and 1; its detectors share it evenly. Default 0.01.
    /// </summary>
    public double FalsePositiveRate
    {
        get;
        init
        {
            ConformalCalibration.RequireRate(value);
            field = value;
        }
    } = 0.01;

    /// <summary>Seed, steps of adaptive attacks, the attack with half the budget. Default <see cref="SystemOptions"/> as they are.</summary>
    public SystemOptions Options
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Options));
    } = new();
}
