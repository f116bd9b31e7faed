using Microsoft.ML.Adversarial.Evaluation.Systems;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

/// <summary>What cannot be in a record of a system, whatever was measured.</summary>
internal static class SystemContradiction
{
    /// <summary>The first contradiction in a sentence, or null.</summary>
    public static string? In(SystemRecord record) =>
        (record.BatchSize < 1 ? $"batchSize: expected at least 1, got {record.BatchSize}." : null)
        ?? InNames("detectors", [.. record.Detectors.Select(detector => detector.Name)])
        ?? InNames("attacks", [.. record.Attacks.Select(attack => attack.Name)])
        ?? InAttacks(record) ?? InRows(record);

    private static string? InNames(string what, string[] names) =>
        names.Distinct().Count() == names.Length ? null : $"{what}: expected different names, got {string.Join(", ", names)}.";

    private static string? InAttacks(SystemRecord record)
    {
        string[] detectors = [.. record.Detectors.Select(detector => detector.Name)];
        foreach (var attack in record.Attacks)
        {
            if (attack.Evades.FirstOrDefault(name => !detectors.Contains(name)) is { } unknown)
            {
                return $"attack '{attack.Name}': expected to evade some of the detectors {string.Join(", ", detectors)}, got '{unknown}'.";
            }
        }

        return null;
    }

    private static string? InRows(SystemRecord record)
    {
        foreach (var row in record.Rows)
        {
            var (outcomes, scores) = row.Error is null ? (record.Attacks.Count, record.Detectors.Count) : (0, 0);
            var problem = row.Row < 0 ? "expected a number from 0"
                : row.Outcomes.Count != outcomes ? $"expected {outcomes} outcomes, got {row.Outcomes.Count}"
                : row.Scores.Count != scores ? $"expected {scores} scores, got {row.Scores.Count}"
                : row.Outcomes.FirstOrDefault(outcome => outcome.Scores.Count != scores) is { } torn
                    ? $"expected {scores} scores after each attack, got {torn.Scores.Count}"
                : row.HoldsAtHalfBudget is not null && record.HalfBudgetAttack is null ? "expected nothing of half the budget, as no attack had it"
                : null;
            if (problem is not null)
            {
                return $"row {row.Row}: {problem}.";
            }
        }

        return RecordContradiction.IsRising(record.Rows.Select(row => row.Row)) ? null : "rows: expected rising numbers, got others.";
    }
}
