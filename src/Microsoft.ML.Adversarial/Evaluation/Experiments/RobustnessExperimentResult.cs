namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>What an experiment found.</summary>
public sealed class RobustnessExperimentResult
{
    private readonly RobustnessTrial[] _bestFirst;

    internal RobustnessExperimentResult(IReadOnlyList<RobustnessTrial> trials, RobustnessTrial best, OptimizingMetric metric, bool isComplete)
    {
        (RunDetails, BestRun, OptimizingMetric, IsComplete) = (trials, best, metric, isComplete);
        _bestFirst = [.. metric.BestFirst(trials), .. trials.Where(trial => trial.Exception is not null)];
    }

    /// <summary>All trials that were finished or failed, in the order in which they ran.</summary>
    public IReadOnlyList<RobustnessTrial> RunDetails { get; }

    /// <summary>The best trial, with its model.</summary>
    public RobustnessTrial BestRun { get; }

    /// <summary>What decided which is best.</summary>
    public OptimizingMetric OptimizingMetric { get; }

    /// <summary>Whether the search came to its end; false if the time ran out or it was cancelled.</summary>
    public bool IsComplete { get; }

    /// <summary>All trials, best first and those that failed last.</summary>
    public IReadOnlyList<RobustnessTrial> Leaderboard => _bestFirst;

    /// <summary>The leaderboard as a view: a row for each trial, best first and those that failed last.</summary>
    /// <param name="ml">The context of the view.</param>
    public IDataView ToLeaderboard(MLContext ml)
    {
        ArgumentNullException.ThrowIfNull(ml);
        return ml.Data.LoadFromEnumerable(_bestFirst.Select((trial, index) => LeaderboardRow.Of(trial, index + 1)));
    }
}
