using Microsoft.ML.Adversarial.Settings;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>Every combination of the options' values, each range represented by a few values spread over it.</summary>
public sealed record GridSearch : TrialSearch
{
    private const int MostTrials = 10_000;

    /// <summary>How many values represent a range, its ends among them, at least 2. Choices are all tried. Default 3.</summary>
    public int PointsPerOption
    {
        get;
        init => field = SettingRange.Require(value, value >= 2, ">= 2", nameof(PointsPerOption));
    } = 3;

    private protected override IEnumerable<TrialParameters> Parameters(Candidate candidate, long seed)
    {
        IReadOnlyList<object>[] values = [.. candidate.Space.Options.Select(option => option.Spread(PointsPerOption))];
        if (values.Aggregate(1.0, (count, one) => count * one.Count) is > MostTrials and var trials)
        {
            throw new ArgumentException(
                $"Candidate '{candidate.Name}': expected a grid of at most {MostTrials} trials, got {trials}. "
                + $"Lower {nameof(PointsPerOption)}, or use {nameof(RandomSearch)}.");
        }

        IEnumerable<IReadOnlyList<KeyValuePair<string, object>>> grid = [[]];
        foreach (var (index, option) in candidate.Space.Options.Index())
        {
            grid = grid.SelectMany(
                before => values[index],
                IReadOnlyList<KeyValuePair<string, object>> (before, value) => [.. before, KeyValuePair.Create(option.Name, value)]);
        }

        return grid.Select(one => new TrialParameters(one));
    }
}
