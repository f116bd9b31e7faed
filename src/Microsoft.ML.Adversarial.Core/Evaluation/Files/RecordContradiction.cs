using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

/// <summary>What cannot be in a record, whatever was measured.</summary>
internal static class RecordContradiction
{
    /// <summary>The first contradiction in a sentence, or null.</summary>
    public static string? In(EvaluationRecord record) => InShards(record) ?? InAttacks(record) ?? InRows(record);

    public static bool IsRising(IEnumerable<long> numbers) => numbers.Zip(numbers.Skip(1)).All(pair => pair.First < pair.Second);

    private static string? InShards(EvaluationRecord record) =>
        record.ShardCount < 1 ? $"shardCount: expected at least 1, got {record.ShardCount}."
        : record.BatchSize < 1 ? $"batchSize: expected at least 1, got {record.BatchSize}."
        : record.Shards.Any(shard => shard < 0 || shard >= record.ShardCount) || !IsRising(record.Shards.Select(shard => (long)shard))
            ? $"shards: expected rising numbers from 0 to {record.ShardCount - 1}, got {string.Join(", ", record.Shards)}."
        : null;

    private static string? InAttacks(EvaluationRecord record)
    {
        foreach (var attack in record.Attacks)
        {
            if (attack.Stages.Count != attack.StageIsBlackBox.Count)
            {
                return $"attack '{attack.Name}': expected to know of {attack.Stages.Count} stages what they see, got {attack.StageIsBlackBox.Count}.";
            }
        }

        return record.Attacks.Select(attack => attack.Name).Distinct().Count() == record.Attacks.Count
            ? null
            : $"attacks: expected different names, got {string.Join(", ", record.Attacks.Select(attack => attack.Name))}.";
    }

    private static string? InRows(EvaluationRecord record)
    {
        foreach (var row in record.Rows)
        {
            var expected = row.Error is null ? record.Attacks.Count : 0;
            if (row.Outcomes.Count != expected)
            {
                return $"row {row.Row}: expected {expected} outcomes, got {row.Outcomes.Count}.";
            }

            if (row.Row < 0 || row.Row >= record.RowCount)
            {
                return $"row {row.Row}: expected a number from 0 to {record.RowCount - 1}, as rowCount says.";
            }

            foreach (var (index, outcome) in row.Outcomes.Index())
            {
                if (outcome.Stage is { } stage && (stage < 0 || stage >= record.Attacks[index].Stages.Count))
                {
                    return $"row {row.Row}: expected one of {record.Attacks[index].Stages.Count} stages of '{record.Attacks[index].Name}', got {stage}.";
                }
            }
        }

        return IsRising(record.Rows.Select(row => row.Row)) ? null : "rows: expected rising numbers, got others.";
    }
}
