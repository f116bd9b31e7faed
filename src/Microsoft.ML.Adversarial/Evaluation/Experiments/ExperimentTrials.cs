using Microsoft.ML.Runtime;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>The trials of an experiment as they come in, and the model of the best.</summary>
internal sealed class ExperimentTrials(
    RobustnessExperimentSettings settings, TrialRun run, DataViewSchema schema, TrialFolder? folder, IChannel log, IProgress<RobustnessTrial>? progress)
{
    private readonly List<RobustnessTrial> _trials = [];
    private int _begun;

    /// <summary>Runs round after round.</summary>
    public RobustnessExperimentResult RunAll(IReadOnlyList<TrialPlan> plans, CancellationToken cancellation)
    {
        while (plans.Count > 0)
        {
            var before = _trials.Count;
            foreach (var (index, plan) in plans.Index())
            {
                log.Info(MessageSensitivity.None, "Trial {0} of {1} of this round: {2}", index + 1, plans.Count, plan);
                if (cancellation.IsCancellationRequested || !TryRun(plan))
                {
                    return Result(isComplete: false);
                }
            }

            plans = settings.Search.NextRound([.. settings.OptimizingMetric.BestFirst(_trials.Skip(before)).Select(trial => trial.Plan)]);
        }

        return Result(isComplete: true);
    }

    // False if it was cancelled.
    private bool TryRun(TrialPlan plan)
    {
        RobustnessTrial trial;
        try
        {
            _begun++;
            trial = Judged(folder?.Find(new(plan, settings))) ?? run.Run(plan);
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        if (folder is not null && trial is { Exception: null, IsFromFolder: false })
        {
            trial = folder.Keep(trial, run.Context(trial.Plan), schema);
        }

        if (trial.Exception is { } error)
        {
            log.Warning(MessageSensitivity.None, "Trial '{0}' failed: {1}", plan, error.Message);
        }
        else
        {
            log.Info(MessageSensitivity.None, "{0}", trial);
        }

        _trials.Add(trial);
        KeepModelOfBest();
        progress?.Report(trial);
        return true;
    }

    private RobustnessTrial? Judged(RobustnessTrial? found)
    {
        try
        {
            return found is null ? null : found with { MetricValue = settings.OptimizingMetric.Of(found) };
        }
        catch (Exception error)
        {
            return found! with { Exception = error };
        }
    }

    // Models are large.
    private void KeepModelOfBest()
    {
        var best = settings.OptimizingMetric.BestFirst(_trials).FirstOrDefault();
        for (var index = 0; index < _trials.Count; index++)
        {
            if (_trials[index].Model is not null && !ReferenceEquals(_trials[index], best))
            {
                _trials[index] = _trials[index] with { Model = null };
            }
        }
    }

    private RobustnessExperimentResult Result(bool isComplete)
    {
        if (settings.OptimizingMetric.BestFirst(_trials).FirstOrDefault() is not { } best)
        {
            throw Nothing(isComplete);
        }

        var place = _trials.IndexOf(best);
        _trials[place] = best = best.Model is not null ? best : best with { Model = run.Context(best.Plan).Model.Load(best.ModelFile!, out _) };
        return new([.. _trials], best, settings.OptimizingMetric, isComplete);
    }

    private Exception Nothing(bool isComplete)
    {
        Exception[] failures =
        [
            .. _trials.Select(trial => new InvalidOperationException($"Trial '{trial.Plan}': {trial.Exception!.Message}", trial.Exception)),
        ];
        var failed = failures.Length == 0 ? "" : $" {failures.Length} failed.";
        return isComplete ? new AggregateException($"Expected at least one trial to succeed, got {failures.Length} that failed.", failures)
            : settings.Cancellations.Any(token => token.IsCancellationRequested)
                ? new OperationCanceledException($"Cancelled before a trial was finished.{failed}", Inner(), settings.CancellationToken)
                : new TimeoutException(
                    $"Expected at least one trial to be finished within {nameof(RobustnessExperimentSettings.MaxExperimentTime)}, {settings.MaxExperimentTime}, "
                    + $"got none: {_begun} begun.{failed} Allow more time, fewer rows or a smaller suite.", Inner());

        AggregateException? Inner() => failures.Length == 0 ? null : new(failures);
    }
}
