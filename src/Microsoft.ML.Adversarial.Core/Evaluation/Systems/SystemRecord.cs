using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Systems;

/// <summary>
/// Everything that one evaluation of a classifier with its detectors measured, row by row. All metrics are computed from it and from nothing else.
/// </summary>
public sealed record SystemRecord : SuiteRecord
{
    /// <summary>The share of clean rows that the system was calibrated to flag at most.</summary>
    public required double FalsePositiveRate { get; init; }

    /// <summary>The detectors.</summary>
    public required IReadOnlyList<SystemDetectorRecord> Detectors { get; init; }

    /// <summary>The suite's attacks, and after them the adaptive ones, made for the detectors.</summary>
    public required IReadOnlyList<SystemAttackRecord> Attacks { get; init; }

    /// <summary>The attack on the bare classifier with half the budget, as text; null where none was made.</summary>
    public required string? HalfBudgetAttack { get; init; }

    /// <summary>The rows, in rising order.</summary>
    public required IReadOnlyList<SystemRow> Rows { get; init; }

    /// <summary>Whether any detector scores a row above its threshold; NaN is.</summary>
    /// <param name="scores">One per detector, in their order.</param>
    internal bool IsFlagged(IReadOnlyList<float> scores) => Detectors.Index().Any(detector => detector.Item.IsFlagged(scores[detector.Index]));

    /// <summary>Whether what an attack returned errs within the budget.</summary>
    internal bool IsMisclassified(SystemRow row, int attack) =>
        row.Outcomes[attack] is { IsMisclassified: true } outcome
        // Attacks with a budget keep it by construction, and measuring rounds.
        && (!Attacks[attack].IsMinimumNorm || outcome.Size <= Epsilon * (1 + 1e-6));

    /// <summary>Whether it also passes the detectors.</summary>
    internal bool IsUnflaggedError(SystemRow row, int attack) => IsMisclassified(row, attack) && !IsFlagged(row.Outcomes[attack].Scores);

    /// <summary>Whether an error passes the detectors somewhere within the budget: after any attack, or unperturbed.</summary>
    internal bool HasUnflaggedError(SystemRow row) =>
        (!row.IsCorrect && !IsFlagged(row.Scores)) || Enumerable.Range(0, Attacks.Count).Any(attack => IsUnflaggedError(row, attack));

    /// <summary>Right and unflagged unperturbed, and right or flagged after every attack.</summary>
    internal bool Holds(SystemRow row) => row.IsCorrect && !IsFlagged(row.Scores) && !HasUnflaggedError(row);
}
