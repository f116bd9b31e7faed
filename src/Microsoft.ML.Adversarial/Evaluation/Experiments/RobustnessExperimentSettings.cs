using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Settings;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>What an experiment looks for, for how long, and how.</summary>
public sealed record RobustnessExperimentSettings
{
    /// <summary>The attacks, the same for all candidates. Where some of these have no gradients, choose a suite that has attacks for both kinds.</summary>
    public required AttackSuite Suite
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Suite));
    }

    /// <summary>
    /// How long the experiment may take, above 0 and below 24 days. The trial that is then running is given up as soon as it can be interrupted, which
    /// attacks and this library's trainers can; those that are finished are kept. Null, the default, for as long as it takes.
    /// </summary>
    public TimeSpan? MaxExperimentTime
    {
        get;
        init => field = SettingRange.Require(
            value, value is null || (value > TimeSpan.Zero && value < TimeSpan.FromDays(24)), "above 0 and below 24 days", nameof(MaxExperimentTime));
    }

    /// <summary>Ends the experiment early; finished trials are returned. Default never.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>What decides which trial is best. Default <see cref="OptimizingMetric.RobustAccuracy"/>.</summary>
    public OptimizingMetric OptimizingMetric
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(OptimizingMetric));
    } = OptimizingMetric.RobustAccuracy;

    /// <summary>Which values of the candidates' options are tried. Default <see cref="RandomSearch"/> with 10 trials.</summary>
    public TrialSearch Search
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Search));
    } = new RandomSearch(10);

    /// <summary>
    /// Seed of the values that are tried, of folds, and of each trial's own context. That of the attacks is <see cref="EvaluationOptions.Seed"/>, the
    /// same for all trials. Default 0.
    /// </summary>
    public int Seed { get; init; }

    /// <summary>The label; where the models read it a key, or a Boolean for binary models. Default <c>Label</c>.</summary>
    public string LabelColumnName
    {
        get;
        init => field = !string.IsNullOrEmpty(value) ? value : throw new ArgumentException("Expected a name, got none.", nameof(LabelColumnName));
    } = "Label";

    /// <summary>How each model is evaluated. Default <see cref="RobustnessOptions"/> as they are.</summary>
    public RobustnessOptions Robustness
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Robustness));
    } = new();

    /// <summary>
    /// How models are evaluated with their detectors, by attacks that know of them; null, the default, for not at all. A trial fails where a detector
    /// of its model cannot be evaluated so: it reads other values than the network, or the network stands behind input transformations.
    /// </summary>
    public DetectionSettings? Detection { get; init; }

    /// <summary>Further numbers of each model, with names of their own. Default none.</summary>
    public IReadOnlyList<TrialMeasure> Measures
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value.CountBy(measure => measure.Name).FirstOrDefault(pair => pair.Value > 1) is { Value: > 1 } twice
                ? throw new ArgumentException($"Expected a name of its own for each measure, got '{twice.Key}' twice.", nameof(Measures))
                : [.. value];
        }
    } = [];

    /// <summary>
    /// Where finished trials are kept, model and metrics, so that the same experiment, started again, goes on where it was killed or stopped. Trials of
    /// other data, attacks, seeds or options stay there and are not touched. A candidate is known by its name: when its pipeline changes, change the
    /// name or take another folder. One experiment at a time. Null, the default, for nowhere.
    /// </summary>
    public string? Folder
    {
        get;
        init => field = value is not "" ? value : throw new ArgumentException("Expected a folder or null, got an empty name.", nameof(Folder));
    }

    /// <summary>All that ends the experiment early.</summary>
    internal CancellationToken[] Cancellations =>
        [CancellationToken, Robustness.Cancellation, Detection?.Options.Cancellation ?? CancellationToken.None];
}
