using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>
/// Trains candidate pipelines with various options, attacks each model with one suite, and ranks them. Trials run one after another, each in a context of
/// its own whose seed depends on the candidate and the options and not on what ran before; one that throws is recorded, and the others go on. Made by
/// <c>ml.MulticlassClassification.CreateRobustnessExperiment</c>.
/// </summary>
public sealed class RobustnessExperiment
{
    private readonly IHostEnvironment _environment;
    private readonly RobustnessExperimentSettings _settings;
    private readonly List<Candidate> _candidates = [];

    internal RobustnessExperiment(IHostEnvironment environment, RobustnessExperimentSettings settings)
    {
        if (settings.OptimizingMetric == OptimizingMetric.UnflaggedError && settings.Detection is null)
        {
            throw new ArgumentException(
                $"Expected {nameof(RobustnessExperimentSettings.Detection)} with {nameof(OptimizingMetric)}.{nameof(OptimizingMetric.UnflaggedError)}, "
                + "got none: which errors are flagged is known where thresholds are calibrated. Give calibration rows, or look for something else.",
                nameof(settings));
        }

        if (settings.Detection is not null && settings.Robustness.Shard is { Count: > 1 } shard)
        {
            throw new ArgumentException(
                $"Expected an experiment with {nameof(RobustnessExperimentSettings.Detection)} to evaluate all of the data, got shard {shard.Index} of "
                + $"{shard.Count}: systems with detectors are not evaluated in parts. Leave {nameof(RobustnessOptions)}.{nameof(RobustnessOptions.Shard)} as it is.",
                nameof(settings));
        }

        (_environment, _settings) = (environment, settings);
    }

    /// <summary>Adds a candidate without options: one trial.</summary>
    /// <param name="name">What leaderboards call it; its own among the candidates.</param>
    /// <param name="pipeline">
    /// Makes the pipeline, everything from the columns of the data to the score, with the context that it is given: the trial's own.
    /// </param>
    /// <returns>This experiment.</returns>
    /// <exception cref="ArgumentException">There is a candidate of this name.</exception>
    public RobustnessExperiment Add(string name, Func<MLContext, IEstimator<ITransformer>> pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        return Add(name, SearchSpace.Empty, (ml, _) => pipeline(ml));
    }

    /// <summary>Adds a candidate with options.</summary>
    /// <param name="name">What leaderboards call it; its own among the candidates.</param>
    /// <param name="space">The options and the values that each may take.</param>
    /// <param name="pipeline">Makes the pipeline with these values of the options and the context that it is given: the trial's own.</param>
    /// <returns>This experiment.</returns>
    /// <exception cref="ArgumentException">There is a candidate of this name.</exception>
    public RobustnessExperiment Add(string name, SearchSpace space, Func<MLContext, TrialParameters, IEstimator<ITransformer>> pipeline)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(pipeline);
        if (_candidates.Any(candidate => candidate.Name == name))
        {
            throw new ArgumentException($"Expected a name of its own for each candidate, got '{name}' twice.", nameof(name));
        }

        _candidates.Add(new(name, space, pipeline));
        return this;
    }

    /// <summary>Runs the trials, each trained on one view and evaluated on the other.</summary>
    /// <param name="train">Rows that train, as the pipelines read them.</param>
    /// <param name="test">Other rows, on which models are evaluated and by which the best is chosen.</param>
    /// <param name="progress">Told of each trial, with its model, once it is finished or failed. Default nobody.</param>
    /// <exception cref="ArgumentException">Rows, classes or candidates are missing.</exception>
    /// <exception cref="IOException">The folder cannot be written, or another experiment is using it.</exception>
    /// <exception cref="TimeoutException">The time ran out before a trial was finished.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before a trial was finished.</exception>
    /// <exception cref="AggregateException">All trials failed.</exception>
    public RobustnessExperimentResult Execute(IDataView train, IDataView test, IProgress<RobustnessTrial>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        return Execute(new TrialData(train, test, Folds: 0, _settings.Seed) { Detection = _settings.Detection }, progress);
    }

    /// <summary>
    /// Runs the trials with cross-validation: each trains on all folds but one and is evaluated on that, in turn. Its metrics are means over folds, and
    /// its model is then trained on all rows.
    /// </summary>
    /// <param name="train">The rows, as the pipelines read them; dealt out to folds by the experiment's seed.</param>
    /// <param name="folds">The number of folds, at least 2.</param>
    /// <param name="progress">Told of each trial, with its model, once it is finished or failed. Default nobody.</param>
    /// <inheritdoc cref="Execute(IDataView, IDataView, IProgress{RobustnessTrial}?)"/>
    public RobustnessExperimentResult CrossValidate(IDataView train, int folds, IProgress<RobustnessTrial>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        return Execute(new TrialData(train, Test: null, folds, _settings.Seed) { Detection = _settings.Detection }, progress);
    }

    private RobustnessExperimentResult Execute(TrialData data, IProgress<RobustnessTrial>? progress)
    {
        if (_candidates.Count == 0)
        {
            throw new ArgumentException($"Expected at least one candidate, got none. Call {nameof(Add)} first.");
        }

        // Grids that are too large, and folders that cannot be written, are known before anything is read.
        var plans = _settings.Search.FirstRound(_candidates, _settings.Seed);
        using var held = _settings.Folder is { } path ? new FolderLock(path) : null;
        using ExperimentTime time = new(_settings.MaxExperimentTime, [.. _settings.Cancellations]);
        using var log = _environment.Register(nameof(RobustnessExperiment)).Start(nameof(Execute));
        data.Validate(_settings.LabelColumnName);
        var folder = _settings.Folder is { } kept
            ? new TrialFolder(kept, _settings, data.Fingerprint(_settings.CancellationToken), log)
            : null;
        var run = new TrialRun(_environment, log, _settings, data, time);
        return new ExperimentTrials(_settings, run, data.Train.Schema, folder, log, progress).RunAll(plans, time.Ending);
    }
}
