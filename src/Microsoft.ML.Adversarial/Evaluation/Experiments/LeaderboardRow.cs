using System.Globalization;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>A trial as a row of a leaderboard.</summary>
public sealed record LeaderboardRow
{
    /// <summary>From 1, the best.</summary>
    public int Rank { get; set; }

    /// <summary>The candidate's name.</summary>
    public string Candidate { get; set; } = "";

    /// <summary>The values of its options: <c>LearningRate=0.01, Epochs=5</c>; empty if it has none.</summary>
    public string Parameters { get; set; } = "";

    /// <summary>The share of the training rows that trained it.</summary>
    public double TrainingFraction { get; set; }

    /// <summary>What the experiment looks for; NaN if the trial failed.</summary>
    public double MetricValue { get; set; }

    /// <summary>The share of rows that the model is right about unperturbed; NaN if the trial failed.</summary>
    public double CleanAccuracy { get; set; }

    /// <summary>The share of rows that it is right about and no attack breaks; NaN if the trial failed.</summary>
    public double RobustAccuracy { get; set; }

    /// <summary>
    /// The share of rows that are misclassified and that no detector flags, at worst; without detectors 1 − <see cref="RobustAccuracy"/>. NaN if the
    /// trial failed, or where models are not evaluated with their detectors.
    /// </summary>
    public double UnflaggedError { get; set; }

    /// <summary>The area under the ROC curve of the detector that the attacks made for it fool most; NaN where there is none.</summary>
    public double AdaptiveAreaUnderRocCurve { get; set; }

    /// <summary>The share of unperturbed rows that the detectors flag; NaN where there is none.</summary>
    public double FalsePositiveRate { get; set; }

    /// <summary>The further measures: <c>Flagged=0.9; Size=12</c>; empty if there are none.</summary>
    public string Measures { get; set; } = "";

    /// <summary>
    /// The checks that cast doubt on the robust accuracy or on the detectors, and attacks that the model did not allow; empty if there are none.
    /// </summary>
    public string Warnings { get; set; } = "";

    /// <summary>Rows on which the model or an attack failed, which count in no accuracy.</summary>
    public int FailedRows { get; set; }

    /// <summary>How long training took.</summary>
    public double TrainingSeconds { get; set; }

    /// <summary>How long attacks and measures took.</summary>
    public double EvaluationSeconds { get; set; }

    /// <summary>The seed of the trial.</summary>
    public int Seed { get; set; }

    /// <summary>What went wrong; empty if nothing did.</summary>
    public string Error { get; set; } = "";

    internal static LeaderboardRow Of(RobustnessTrial trial, int rank) => new()
    {
        Rank = rank,
        Candidate = trial.Candidate,
        Parameters = trial.Parameters.ToString(),
        TrainingFraction = trial.TrainingFraction,
        MetricValue = trial.MetricValue,
        CleanAccuracy = trial.CleanAccuracy,
        RobustAccuracy = trial.RobustAccuracy,
        UnflaggedError = trial.UnflaggedError,
        AdaptiveAreaUnderRocCurve = trial.AdaptiveAreaUnderRocCurve,
        FalsePositiveRate = trial.FalsePositiveRate,
        Measures = string.Join("; ", trial.Measures.Select(measure => $"{measure.Key}={measure.Value.ToString(CultureInfo.InvariantCulture)}")),
        Warnings = string.Join("; ", WarningsOf(trial).Distinct()),
        FailedRows = trial.Evaluations.Sum(metrics => metrics.FailedRows.Count()),
        TrainingSeconds = trial.TrainingTime.TotalSeconds,
        EvaluationSeconds = trial.EvaluationTime.TotalSeconds,
        Seed = trial.Seed,
        Error = trial.Exception?.Message ?? "",
    };

    private static IEnumerable<string> WarningsOf(RobustnessTrial trial) =>
    [
        .. trial.Evaluations.SelectMany(metrics => metrics.Warnings).Select(warning => $"{warning.Kind}"),
        .. trial.Systems.SelectMany(system => system.Warnings).Select(warning => $"{warning.Kind}"),
        .. trial.Evaluations.SelectMany(metrics => metrics.Record.AttacksLeftOut).Select(attack => $"without {attack}"),
        .. trial.Remark is { } remark ? new[] { remark } : [],
    ];
}
