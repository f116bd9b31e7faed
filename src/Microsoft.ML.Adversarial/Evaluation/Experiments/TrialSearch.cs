namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>Which values of the options are tried.</summary>
public abstract record TrialSearch
{
    private protected TrialSearch()
    {
    }

    /// <summary>The trials of the first round: the first one of each candidate, then the second ones, so that a short time sees all candidates.</summary>
    internal IReadOnlyList<TrialPlan> FirstRound(IReadOnlyList<Candidate> candidates, long seed) =>
    [
        .. candidates.SelectMany(candidate => Parameters(candidate, seed).Distinct().Index().Select(trial => (trial.Index, candidate, trial.Item)))
            .OrderBy(trial => trial.Index).Select(trial => new TrialPlan(trial.candidate, trial.Item, FirstFraction)),
    ];

    /// <summary>The trials of the next round, none when the search is over.</summary>
    /// <param name="bestFirst">What the last round tried and did not fail.</param>
    internal virtual IReadOnlyList<TrialPlan> NextRound(IReadOnlyList<TrialPlan> bestFirst) => [];

    private protected virtual double FirstFraction => 1;

    private protected abstract IEnumerable<TrialParameters> Parameters(Candidate candidate, long seed);
}
