namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>What an experiment looks for. It decides what is best, and with <see cref="SuccessiveHalving"/> what goes on; no trial depends on it.</summary>
public sealed class OptimizingMetric
{
    private readonly Func<RobustnessTrial, double> _value;

    private OptimizingMetric(string name, bool isHigherBetter, Func<RobustnessTrial, double> value) =>
        (Name, IsHigherBetter, _value) = (name, isHigherBetter, value);

    /// <summary>The share of rows that the model is right about and that no attack breaks.</summary>
    public static OptimizingMetric RobustAccuracy { get; } = Maximize(nameof(RobustAccuracy), trial => trial.RobustAccuracy);

    /// <summary>The share of rows that the model is right about unperturbed.</summary>
    public static OptimizingMetric CleanAccuracy { get; } = Maximize(nameof(CleanAccuracy), trial => trial.CleanAccuracy);

    /// <summary>
    /// The share of rows that are misclassified and that no detector flags, unperturbed or after some attack, those made for the detectors included;
    /// less is better. Needs <see cref="RobustnessExperimentSettings.Detection"/>.
    /// </summary>
    public static OptimizingMetric UnflaggedError { get; } = Minimize(nameof(UnflaggedError), trial => trial.UnflaggedError);

    /// <summary>What leaderboards call it.</summary>
    public string Name { get; }

    /// <summary>Whether more is better.</summary>
    public bool IsHigherBetter { get; }

    /// <summary>A number of the trial of which more is better.</summary>
    /// <param name="name">What leaderboards call it.</param>
    /// <param name="value">The number; NaN comes last. Called again for trials that are read from a folder, which have no model.</param>
    public static OptimizingMetric Maximize(string name, Func<RobustnessTrial, double> value) => Of(name, isHigherBetter: true, value);

    /// <summary>A number of the trial of which less is better.</summary>
    /// <inheritdoc cref="Maximize(string, Func{RobustnessTrial, double})"/>
    public static OptimizingMetric Minimize(string name, Func<RobustnessTrial, double> value) => Of(name, isHigherBetter: false, value);

    /// <summary>A measure of one's own, of which more is better.</summary>
    /// <param name="measure">One of <see cref="RobustnessExperimentSettings.Measures"/>.</param>
    public static OptimizingMetric Maximize(TrialMeasure measure) => Of(measure, isHigherBetter: true);

    /// <summary>A measure of one's own, of which less is better.</summary>
    /// <param name="measure">One of <see cref="RobustnessExperimentSettings.Measures"/>.</param>
    public static OptimizingMetric Minimize(TrialMeasure measure) => Of(measure, isHigherBetter: false);

    internal double Of(RobustnessTrial trial) => _value(trial);

    /// <summary>Trials that did not fail, best first; equals in the order of their rows, most first, and then as they ran.</summary>
    internal IEnumerable<RobustnessTrial> BestFirst(IEnumerable<RobustnessTrial> trials) => trials.Where(trial => trial.Exception is null)
        .OrderBy(trial => double.IsNaN(trial.MetricValue)).ThenBy(trial => IsHigherBetter ? -trial.MetricValue : trial.MetricValue)
        .ThenByDescending(trial => trial.TrainingFraction);

    private static OptimizingMetric Of(TrialMeasure measure, bool isHigherBetter)
    {
        ArgumentNullException.ThrowIfNull(measure);
        return Of(measure.Name, isHigherBetter, trial => trial.Measures[measure.Name]);
    }

    private static OptimizingMetric Of(string name, bool isHigherBetter, Func<RobustnessTrial, double> value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        return new(name, isHigherBetter, value);
    }
}
