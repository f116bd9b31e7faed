using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Evaluation.Systems;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>One trial of an experiment: a candidate with certain options, trained and evaluated, or what went wrong.</summary>
public sealed record RobustnessTrial
{
    private readonly bool _hasDetection;

    internal RobustnessTrial(TrialPlan plan, RobustnessExperimentSettings settings) =>
        (Plan, Seed, _hasDetection) = (plan, plan.Seed(settings.Seed), settings.Detection is not null);

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

    /// <summary>
    /// How the model fared with its detectors, as <see cref="Evaluations"/>; empty if it has no detectors, if
    /// <see cref="RobustnessExperimentSettings.Detection"/> is null, and if the trial failed.
    /// </summary>
    public IReadOnlyList<SystemMetrics> Systems { get; internal init; } = [];

    /// <summary>How the model fared with its detectors on the test data; null with folds, and where there is none of <see cref="Systems"/>.</summary>
    public SystemMetrics? System => Systems.Count == 1 ? Systems[0] : null;

    /// <summary>The share of rows that the model is right about unperturbed, the mean over folds; NaN if the trial failed.</summary>
    public double CleanAccuracy => Mean(metrics => metrics.CleanAccuracy);

    /// <summary>The share of rows that it is right about and no attack breaks, the mean over folds; NaN if the trial failed.</summary>
    public double RobustAccuracy => Mean(metrics => metrics.RobustAccuracy);

    /// <summary>
    /// The share of rows that are misclassified and not flagged, unperturbed or after some attack, the mean over folds. Nobody flags the errors of a
    /// model without detectors: its share is 1 − <see cref="RobustAccuracy"/>. NaN if the trial failed, or without
    /// <see cref="RobustnessExperimentSettings.Detection"/>.
    /// </summary>
    public double UnflaggedError =>
        Systems.Count > 0 ? Systems.Average(system => system.UnflaggedError.Value) : _hasDetection ? 1 - RobustAccuracy : double.NaN;

    /// <summary>
    /// The area under the ROC curve of the detector that the attacks made for it fool most, the mean over folds; NaN where no detector has such an attack
    /// or none broke a row. Detectors that no attack was made for are named by the warning <c>NoAdaptiveAttack</c>.
    /// </summary>
    public double AdaptiveAreaUnderRocCurve => Systems.SelectMany(LowestAdaptiveArea).DefaultIfEmpty(double.NaN).Average();

    /// <summary>
    /// The share of unperturbed rows that the detectors flag, right or wrong, the mean over folds; NaN where there is none of <see cref="Systems"/>.
    /// </summary>
    public double FalsePositiveRate => Systems.Select(system => system.FalsePositives.Value).DefaultIfEmpty(double.NaN).Average();

    /// <summary>The further measures by their names, means over folds; empty if the trial failed.</summary>
    public IReadOnlyDictionary<string, double> Measures { get; internal init; } = new Dictionary<string, double>();

    /// <summary>What the experiment looks for; NaN if the trial failed.</summary>
    public double MetricValue { get; internal init; } = double.NaN;

    /// <summary>How long training took; with folds all of them and the model.</summary>
    public TimeSpan TrainingTime { get; internal init; }

    /// <summary>How long attacks and measures took, with detectors and without.</summary>
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
            + (double.IsNaN(UnflaggedError) ? "" : FormattableString.Invariant($", unflagged error {UnflaggedError:P1}"))
        : $"{Plan}: failed, {Exception.Message}";

    // None, or one.
    private static IEnumerable<double> LowestAdaptiveArea(SystemMetrics system) =>
        system.Detectors.Select(detector => detector.Adaptive).OfType<LowestArea>().Select(area => area.AreaUnderRocCurve).Order().Take(1);

    private double Mean(Func<RobustnessMetrics, Share> share) =>
        Evaluations.Count == 0 ? double.NaN : Evaluations.Average(metrics => share(metrics).Value);
}
