namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>
/// Two evaluations of the same rows by the same attacks, row by row: of a model before and after a change. A row that failed in one of them counts as
/// wrong there; rows that failed in both are left out.
/// </summary>
public sealed record EvaluationComparison
{
    private static readonly RecordedSetting[] SameInBoth =
    [
        RecordedSetting.Suite, RecordedSetting.Norm, RecordedSetting.Epsilon, RecordedSetting.Constraints, RecordedSetting.Classes,
        RecordedSetting.AttacksLeftOut, RecordedSetting.Attacks,
    ];

    private static readonly RecordedSetting[] Noted = [RecordedSetting.LibraryVersion, RecordedSetting.Seed, RecordedSetting.BatchSize];

    private EvaluationComparison(
        AccuracyChange cleanAccuracy, AccuracyChange robustAccuracy, IReadOnlyList<AttackChange> attacks, IReadOnlyList<string> differences) =>
        (CleanAccuracy, RobustAccuracy, Attacks, Differences) = (cleanAccuracy, robustAccuracy, attacks, differences);

    /// <summary>The rows that the models are right about unperturbed.</summary>
    public AccuracyChange CleanAccuracy { get; }

    /// <summary>The rows that they are right about and that no attack of the suite breaks.</summary>
    public AccuracyChange RobustAccuracy { get; }

    /// <summary>What each attack leaves of the accuracy, in the order of the suite.</summary>
    public IReadOnlyList<AttackChange> Attacks { get; }

    /// <summary>What else differs and can change a number by chance: seed, batch size or the library's version; mostly nothing.</summary>
    public IReadOnlyList<string> Differences { get; }

    /// <summary>Compares two evaluations.</summary>
    /// <param name="before">The one to compare with.</param>
    /// <param name="after">The one in question.</param>
    /// <exception cref="ArgumentException">
    /// The rows differ, or the threat model, the suite or an attack; one was cancelled; or no row could be evaluated.
    /// </exception>
    public static EvaluationComparison Of(EvaluationRecord before, EvaluationRecord after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        if (SameInBoth.FirstOrDefault(setting => setting.Of(before) != setting.Of(after)) is { } differs)
        {
            throw new ArgumentException(
                $"Expected evaluations by the same attacks, got another {differs.Difference(before, after)}. Their accuracies measure different things.",
                nameof(after));
        }

        RequireEnd(before, nameof(before));
        RequireEnd(after, nameof(after));
        RequireSameRows(before, after);
        (EvaluatedRow Before, EvaluatedRow After)[] rows =
            [.. before.Rows.Zip(after.Rows).Where(pair => pair.First.Error is null || pair.Second.Error is null)];
        if (rows.Length == 0)
        {
            throw new ArgumentException("Expected a row that could be evaluated, got none in either evaluation.", nameof(after));
        }

        int[] attacks = [.. Enumerable.Range(0, before.Attacks.Count)];
        return new(
            Change((_, row) => row.IsCorrect),
            Change((record, row) => attacks.All(attack => !AttackMetrics.IsBroken(record, row, attack))),
            [.. attacks.Select(attack => new AttackChange(before.Attacks[attack].Name, Change((record, row) => !AttackMetrics.IsBroken(record, row, attack))))],
            [.. Noted.Where(setting => setting.Of(before) != setting.Of(after)).Select(setting => setting.Difference(before, after))]);

        AccuracyChange Change(Func<EvaluationRecord, EvaluatedRow, bool> isRight) => AccuracyChange.Of(
        [
            .. rows.Select(pair => (
                pair.Before.Row,
                pair.Before.Error is null && isRight(before, pair.Before),
                pair.After.Error is null && isRight(after, pair.After))),
        ]);
    }

    private static void RequireEnd(EvaluationRecord record, string name)
    {
        if (!record.IsComplete)
        {
            throw new ArgumentException($"Expected evaluations that ran to their end, got one that was cancelled after {record.Rows.Count} rows.", name);
        }
    }

    private static void RequireSameRows(EvaluationRecord before, EvaluationRecord after)
    {
        if (before.Rows.Count != after.Rows.Count)
        {
            throw new ArgumentException($"Expected evaluations of the same rows, got {before.Rows.Count} and {after.Rows.Count} rows.", nameof(after));
        }

        foreach (var (old, now) in before.Rows.Zip(after.Rows))
        {
            if (old.Row != now.Row || old.Fingerprint != now.Fingerprint)
            {
                throw new ArgumentException(
                    $"Expected evaluations of the same rows, got others from row {old.Row} on. "
                    + "Evaluate both models on the same data, in the same order and units.",
                    nameof(after));
            }
        }
    }
}
