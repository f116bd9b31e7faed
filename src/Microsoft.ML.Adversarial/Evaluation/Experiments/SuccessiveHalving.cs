using Microsoft.ML.Adversarial.Settings;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>
/// Random values of all options, first on a small share of the training rows; the best of all candidates go on with more rows, until few are trained
/// on all (Jamieson &amp; Talwalkar 2016, arXiv:1502.07943; the resource is training rows, which every pipeline has). The rows of a round are among those
/// of the next.
/// </summary>
public sealed record SuccessiveHalving : TrialSearch
{
    /// <summary>A number of trials for each candidate that has options, in the first round.</summary>
    /// <param name="trials">At least 1; combinations that are drawn twice are tried once.</param>
    public SuccessiveHalving(int trials)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        Trials = trials;
    }

    /// <summary>The trials of each candidate that has options, in the first round.</summary>
    public int Trials { get; }

    /// <summary>One of how many goes on, with so many times the rows; at least 2. Default 3.</summary>
    public int ReductionFactor
    {
        get;
        init => field = SettingRange.Require(value, value >= 2, ">= 2", nameof(ReductionFactor));
    } = 3;

    /// <summary>The share of the training rows in the first round, above 0 and below 1. Default 1/9.</summary>
    public double MinimumFraction
    {
        get;
        init => field = SettingRange.Require(value, value is > 0 and < 1, "above 0 and below 1", nameof(MinimumFraction));
    } = 1.0 / 9;

    private protected override double FirstFraction => MinimumFraction;

    internal override IReadOnlyList<TrialPlan> NextRound(IReadOnlyList<TrialPlan> bestFirst)
    {
        if (bestFirst.Count == 0 || bestFirst[0].TrainingFraction >= 1)
        {
            return [];
        }

        // 1/9 × 3 × 3 rounds to a little less than 1.
        var fraction = bestFirst[0].TrainingFraction * ReductionFactor is var more && more > 1 - 1e-9 ? 1 : more;
        return [.. bestFirst.Take(Math.Max(1, bestFirst.Count / ReductionFactor)).Select(plan => plan with { TrainingFraction = fraction })];
    }

    private protected override IEnumerable<TrialParameters> Parameters(Candidate candidate, long seed) => RandomSearch.Draws(candidate, Trials, seed);
}
