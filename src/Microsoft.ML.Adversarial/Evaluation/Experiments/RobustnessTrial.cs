using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>One trial of an experiment: a candidate with certain options, trained and evaluated, or what went wrong.</summary>
public sealed record RobustnessTrial
{
    internal RobustnessTrial(TrialPlan plan, int seed) => (Plan, Seed) = (plan, seed);

    /// <summary>The candidate's name.</summary>
    public string Candidate => Plan.Candidate.Name;

    /// <summary>The values of its options.</summary>
    public TrialParameters Parameters => Plan.Parameters;

    /// <summary>The share of the training rows that trained it, above 0; 1 but in the early rounds of <see cref="SuccessiveHalving"/>.</summary>
    public double TrainingFraction => Plan.TrainingFraction;

    /// <summary>The seed of the trial's own context, made of the experiment's seed, the candidate's name and the options.</summary>
    public int Seed { get; }

    /// <summary>How the model fared: on the test data, or on each fold; empty if the trial failed.</summary>
    public IReadOnlyList<RobustnessMetrics> Evaluations { get; internal init; } = [];

    /// <summary>How the model fared on the test data; null with folds, and if the trial failed.</summary>
    public RobustnessMetrics? Metrics => Evaluations.Count == 1 ? Evaluations[0] : null;

    /// <summary>The share of rows that the model is right about unperturbed, the mean over folds; NaN if the trial failed.</summary>
    public double CleanAccuracy => Mean(metrics => metrics.CleanAccuracy);

    /// <summary>The share of rows that it is right about and no attack breaks, the mean over folds; NaN if the trial failed.</summary>
    public double RobustAccuracy => Mean(metrics => metrics.RobustAccuracy);

    /// <summary>The further measures by their names, means over folds; empty if the trial failed.</summary>
    public IReadOnlyDictionary<string, double> Measures { get; internal init; } = new Dictionary<string, double>();

    /// <summary>What the experiment looks for; NaN if the trial failed.</summary>
    public double MetricValue { get; internal init; } = double.NaN;

    /// <summary>How long training took; with folds all of them and the model.</summary>
    public TimeSpan TrainingTime { get; internal init; }

    /// <summary>How long attacks and measures took.</summary>
    public TimeSpan EvaluationTime { get; internal init; }

    /// <summary>What went wrong; null if nothing did.</summary>
    public Exception? Exception { get; internal init; }

    /// <summary>What else the reader should know: that the trial could not be kept in the folder, and why. Null if nothing.</summary>
    public string? Remark { get; internal init; }

    /// <summary>
    /// The fitted model; with folds one that was trained on all rows. Of the best trial, and while progress is reported; else null, since models are
    /// large: give the experiment a folder to keep them all.
    /// </summary>
    public ITransformer? Model { get; internal init; }

    /// <summary>The saved model; null if the experiment has no folder or the trial failed.</summary>
    public string? ModelFile { get; internal init; }

    /// <summary>Whether it is a trial of an earlier run, read from the folder.</summary>
    public bool IsFromFolder { get; internal init; }

    internal TrialPlan Plan { get; }

    /// <summary>The candidate, its options and what came out.</summary>
    public override string ToString() => Exception is null
        ? FormattableString.Invariant($"{Plan}: clean {CleanAccuracy:P1}, robust {RobustAccuracy:P1}")
        : $"{Plan}: failed, {Exception.Message}";

    private double Mean(Func<RobustnessMetrics, Share> share) =>
        Evaluations.Count == 0 ? double.NaN : Evaluations.Average(metrics => share(metrics).Value);
}
