using System.Globalization;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>Random values of all options at once (Bergstra &amp; Bengio 2012, JMLR 13). Draws belong to the seed, the candidate and the option.</summary>
public sealed record RandomSearch : TrialSearch
{
    /// <summary>A number of trials for each candidate that has options.</summary>
    /// <param name="trials">At least 1; combinations that are drawn twice are tried once.</param>
    public RandomSearch(int trials)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        Trials = trials;
    }

    /// <summary>The trials of each candidate that has options.</summary>
    public int Trials { get; }

    private protected override IEnumerable<TrialParameters> Parameters(Candidate candidate, long seed) => Draws(candidate, Trials, seed);

    internal static IEnumerable<TrialParameters> Draws(Candidate candidate, int trials, long seed) =>
        Enumerable.Range(0, candidate.Space.Options.Count == 0 ? 1 : trials).Select(trial => candidate.Space.At(
            option => StableDraw.Uniform(seed, "option", candidate.Name, option.Name, trial.ToString(CultureInfo.InvariantCulture))));
}
