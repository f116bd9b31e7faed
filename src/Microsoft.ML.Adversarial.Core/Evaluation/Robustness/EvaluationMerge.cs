namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>Joins evaluations of the parts of one data set into what one evaluation of all of it records.</summary>
public static class EvaluationMerge
{
    private static readonly RecordedSetting[] SameInAll =
    [
        RecordedSetting.LibraryVersion, RecordedSetting.Model, RecordedSetting.Data, RecordedSetting.Suite, RecordedSetting.Norm, RecordedSetting.Epsilon,
        RecordedSetting.Constraints, RecordedSetting.Classes, RecordedSetting.Attacks, RecordedSetting.AttacksLeftOut, RecordedSetting.Seed,
        RecordedSetting.BatchSize, RecordedSetting.RowCount, RecordedSetting.ShardCount,
    ];

    /// <summary>
    /// Joins all parts, in any order. Rows, counts and diagnostics are exactly those of an evaluation that was not dealt out; times and queries are
    /// summed.
    /// </summary>
    /// <param name="parts">One evaluation per <see cref="EvaluationShard"/>, each of which ran to its end.</param>
    /// <returns>The record of all of the data, as one part.</returns>
    /// <exception cref="ArgumentException">
    /// A part is missing, was cancelled or is there twice; parts differ in a setting, in the model or in the data; or no row could be evaluated.
    /// </exception>
    public static EvaluationRecord Join(IReadOnlyList<EvaluationRecord> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0)
        {
            throw new ArgumentException("Expected the parts of an evaluation, got none.", nameof(parts));
        }

        var first = parts[0];
        RequireSameSettings(first, parts);
        RequireAllParts(first.ShardCount, parts);
        EvaluatedRow[] rows = [.. parts.SelectMany(part => part.Rows).OrderBy(row => row.Row)];
        RequireAllRows(first.RowCount, rows);
        return first with
        {
            ShardCount = 1,
            Shards = [0],
            Attacks = [.. first.Attacks.Select((attack, index) => Sum(attack, [.. parts.Select(part => part.Attacks[index])]))],
            Warnings = parts.Aggregate(first.Warnings, (warnings, part) => warnings | part.Warnings),
            Probes = parts.Select(part => part.Probes).FirstOrDefault(probes => probes.Count > 0, []),
            ProbedCurve = parts.Select(part => part.ProbedCurve).FirstOrDefault(curve => curve is not null),
            Rows = rows,
        };
    }

    private static AttackRecord Sum(AttackRecord attack, AttackRecord[] parts) => attack with
    {
        Queries = parts.All(part => part.Queries is not null) ? parts.Sum(part => part.Queries) : null,
        Time = parts.Aggregate(TimeSpan.Zero, (time, part) => time + part.Time),
    };

    private static void RequireSameSettings(EvaluationRecord first, IReadOnlyList<EvaluationRecord> parts)
    {
        foreach (var part in parts)
        {
            if (SameInAll.FirstOrDefault(setting => setting.Of(part) != setting.Of(first)) is { } differs)
            {
                throw new ArgumentException(
                    $"Expected parts of one evaluation, got {Named(first)} and {Named(part)} with another {differs.Difference(first, part)}. "
                    + "Evaluate all parts of the same data and model with the same settings.",
                    nameof(parts));
            }
        }
    }

    private static void RequireAllParts(int count, IReadOnlyList<EvaluationRecord> parts)
    {
        if (parts.FirstOrDefault(part => !part.IsComplete) is { } cancelled)
        {
            throw new ArgumentException(
                $"Expected parts that ran to their end, got {Named(cancelled)}, which was cancelled after {cancelled.Rows.Count} rows. Evaluate it again.",
                nameof(parts));
        }

        int[] shards = [.. parts.SelectMany(part => part.Shards)];
        if (shards.CountBy(shard => shard).FirstOrDefault(pair => pair.Value > 1) is { Value: > 1 } twice)
        {
            throw new ArgumentException($"Expected each part once, got part {twice.Key + 1} of {count} {twice.Value} times.", nameof(parts));
        }

        int[] missing = [.. Enumerable.Range(0, count).Except(shards)];
        if (missing.Length > 0)
        {
            throw new ArgumentException(
                $"Expected all {count} parts, got none for {string.Join(", ", missing.Select(shard => shard + 1))}. Evaluate them too.", nameof(parts));
        }
    }

    private static void RequireAllRows(long count, EvaluatedRow[] rows)
    {
        if (rows.CountBy(row => row.Row).FirstOrDefault(pair => pair.Value > 1) is { Value: > 1 } twice)
        {
            throw new ArgumentException($"Expected each row once, got row {twice.Key} {twice.Value} times: the parts are not parts of one evaluation.", nameof(rows));
        }

        if (rows.Length != count || (count > 0 && (rows[0].Row != 0 || rows[^1].Row != count - 1)))
        {
            throw new ArgumentException($"Expected rows 0 to {count - 1}, got {rows.Length} of them: a part has lost rows. Evaluate it again.", nameof(rows));
        }

        if (count > 0 && rows.All(row => row.Error is not null))
        {
            throw new ArgumentException($"Expected a row that could be evaluated, got none. Row 0: {rows[0].Error}", nameof(rows));
        }
    }

    private static string Named(EvaluationRecord part) => $"part {string.Join(", ", part.Shards.Select(shard => shard + 1))} of {part.ShardCount}";
}
