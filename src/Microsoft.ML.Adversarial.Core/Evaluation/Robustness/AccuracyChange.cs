namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>An accuracy before and after, on the same rows.</summary>
/// <param name="Before">The rows that were right before.</param>
/// <param name="After">Those that are right after.</param>
/// <param name="Total">All rows that were compared.</param>
/// <param name="NewlyWrong">The numbers of the rows that were right before and are not after, in rising order.</param>
/// <param name="NewlyRight">The numbers of those that were not and are.</param>
public sealed record AccuracyChange(int Before, int After, int Total, IReadOnlyList<long> NewlyWrong, IReadOnlyList<long> NewlyRight)
{
    /// <summary>The accuracy before, from 0 to 1.</summary>
    public double AccuracyBefore => (double)Before / Total;

    /// <summary>The accuracy after, from 0 to 1.</summary>
    public double AccuracyAfter => (double)After / Total;

    /// <summary>By how much accuracy fell, from −1 to 1; negative if it rose.</summary>
    public double Loss => (double)(Before - After) / Total;

    /// <summary>
    /// How likely a change at least as large is if neither model is better: McNemar's test (1947), exact and two-sided; 1 if no row changed.
    /// </summary>
    public double PValue => McNemarTest.PValue(NewlyWrong.Count, NewlyRight.Count);

    /// <summary>Whether accuracy fell by more than is tolerated.</summary>
    /// <param name="tolerance">The largest loss that passes, from 0 to 1: 0.01 for one percentage point.</param>
    public bool IsRegression(double tolerance)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tolerance);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tolerance, 1);
        return Loss > tolerance;
    }

    internal static AccuracyChange Of(IReadOnlyList<(long Row, bool Before, bool After)> rows) => new(
        rows.Count(row => row.Before),
        rows.Count(row => row.After),
        rows.Count,
        [.. rows.Where(row => row.Before && !row.After).Select(row => row.Row)],
        [.. rows.Where(row => !row.Before && row.After).Select(row => row.Row)]);
}

/// <summary>What one attack leaves of the accuracy, before and after.</summary>
/// <param name="Name">The attack's name in the suite.</param>
/// <param name="RobustAccuracy">The rows that it does not break.</param>
public sealed record AttackChange(string Name, AccuracyChange RobustAccuracy);
