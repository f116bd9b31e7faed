namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>What one attack of a suite did.</summary>
/// <param name="Attack">The attack, what it asked of the model and how long it took.</param>
/// <param name="Success">The rows that it broke within the budget, among those that the model is right about unperturbed.</param>
/// <param name="RobustAccuracy">The rows that the model is right about after it, among all.</param>
/// <param name="Sizes">The sizes of the perturbations that broke a row, in L0, L1, L2 and L∞, whatever the budget of a search for the smallest.</param>
/// <param name="Stages">Of a cascade, what each stage broke that none before it had; else empty.</param>
/// <param name="LostToRounding">The rows that it broke and that 8-bit pixels would not, among those where that was asked.</param>
public sealed record AttackMetrics(
    AttackRecord Attack, Share Success, Share RobustAccuracy, IReadOnlyList<SizeSummary> Sizes, IReadOnlyList<StageMetrics> Stages, Share LostToRounding)
{
    /// <summary>Its name in the suite.</summary>
    public string Name => Attack.Name;

    internal static AttackMetrics Of(EvaluationRecord record, int index, double confidence)
    {
        var attack = record.Attacks[index];
        EvaluatedRow[] rows = [.. record.Rows.Where(row => row.Error is null)];
        EvaluatedRow[] correct = [.. rows.Where(row => row.IsCorrect)];
        var broken = correct.Count(row => IsBroken(record, row, index));
        RowOutcome[] misclassified = [.. correct.Select(row => row.Outcomes[index]).Where(outcome => outcome.IsMisclassified)];
        bool[] rounded = [.. misclassified.Select(outcome => outcome.SurvivesRounding).OfType<bool>()];
        return new(
            attack,
            Share.Of(broken, correct.Length, confidence),
            Share.Of(correct.Length - broken, rows.Length, confidence),
            [
                SizeSummary.Of("L0", misclassified.Select(outcome => outcome.Sizes.L0)),
                SizeSummary.Of("L1", misclassified.Select(outcome => outcome.Sizes.L1)),
                SizeSummary.Of("L2", misclassified.Select(outcome => outcome.Sizes.L2)),
                SizeSummary.Of("Linf", misclassified.Select(outcome => outcome.Sizes.LInfinity)),
            ],
            [.. attack.Stages.Select((stage, place) => new StageMetrics(stage, misclassified.Count(outcome => outcome.Stage == place)))],
            Share.Of(rounded.Count(survives => !survives), rounded.Length, confidence));
    }

    /// <summary>Whether an attack breaks a row within the budget of the record; a row that was wrong before is broken by all.</summary>
    internal static bool IsBroken(EvaluationRecord record, EvaluatedRow row, int attack) =>
        !row.IsCorrect || IsBroken(row.Outcomes[attack], record.Attacks[attack], record.Epsilon);

    // Attacks with a budget keep it by construction, and measuring rounds.
    private static bool IsBroken(RowOutcome outcome, AttackRecord attack, double epsilon) =>
        outcome.IsMisclassified && (!attack.IsMinimumNorm || outcome.Size <= epsilon * (1 + 1e-6));
}

/// <summary>What one stage of a cascade did.</summary>
/// <param name="Settings">What it is, as text.</param>
/// <param name="Broken">The rows that it broke and no stage before it.</param>
public sealed record StageMetrics(string Settings, int Broken);
