using System.Globalization;
using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Diagnostics;

/// <summary>The diagnostics that follow from what a suite did to the rows; they cost nothing.</summary>
internal static class RecordDiagnostics
{
    // As AutoAttack has it.
    private const double NoticeableShare = 0.002;
    private const double LargestRoundingLoss = 0.01;

    public static IEnumerable<Diagnostic> Of(RobustnessMetrics metrics) =>
    [
        .. Flags(metrics.Record), WhiteBoxWeaker(metrics), Rounding(metrics),
        FailedRows(metrics.Record),
    ];

    private static IEnumerable<Diagnostic> Flags(EvaluationRecord record)
    {
        (RobustnessWarnings Flag, DiagnosticKind Kind, string Doubt, string None)[] flags =
        [
            (RobustnessWarnings.Randomised, DiagnosticKind.Randomised,
                "Logits differ from one pass to the next: use AutoAttack's version Rand, or attacks that average over passes.", "Logits are the same in every pass."),
            (RobustnessWarnings.Probabilities, DiagnosticKind.ProbabilityOutputs,
                "The outputs look like probabilities, whose gradients vanish: attack the values before the softmax.", "The outputs are not probabilities."),
            (RobustnessWarnings.ZeroGradient, DiagnosticKind.ZeroMarginGradient,
                "The margin has no gradient near some row: gradient attacks cannot move it, which is not robustness.", "The margin has a gradient everywhere it was looked at."),
            (RobustnessWarnings.OptimisationAtInference, DiagnosticKind.OptimisationAtInference,
                "The model computes gradients when it predicts: such defences need attacks made for them.", "The model computes no gradients when it predicts."),
            (RobustnessWarnings.FewClasses, DiagnosticKind.FewClasses,
                "There are fewer than four classes: the ratio objectives of AutoAttack are replaced by the margin.", "There are at least four classes."),
        ];
        var hasFlags = record.Attacks.Any(attack => attack.Stages.Count > 0);
        return flags.Select(flag => !hasFlags
            ? new Diagnostic(flag.Kind, DiagnosticOutcome.NotChecked, null, "The suite has no AutoAttack, which checks this.")
            : record.Warnings.HasFlag(flag.Flag)
                ? new(flag.Kind, DiagnosticOutcome.Failed, null, flag.Doubt)
                : new(flag.Kind, DiagnosticOutcome.Passed, null, flag.None));
    }

    // Rows that fell to an attack or stage without gradients, and to none with them.
    private static Diagnostic WhiteBoxWeaker(RobustnessMetrics metrics)
    {
        var record = metrics.Record;
        bool[] hasGradients = [.. record.Attacks.Select(attack => attack.Stages.Count > 0 ? attack.StageIsBlackBox.Contains(false) : !attack.IsBlackBox)];
        bool[] hasNone = [.. record.Attacks.Select(attack => attack.Stages.Count > 0 ? attack.StageIsBlackBox.Contains(true) : attack.IsBlackBox)];
        if (!hasGradients.Contains(true) || !hasNone.Contains(true))
        {
            return new(
                DiagnosticKind.WhiteBoxWeaker, DiagnosticOutcome.NotChecked, null,
                hasGradients.Contains(true) ? "The suite has no black-box attack to compare with." : "The suite has no attack that uses gradients to compare with.");
        }

        var total = metrics.CleanAccuracy.Total;
        var only = record.Rows.Count(row => row.Error is null && row.IsCorrect
            && Enumerable.Range(0, record.Attacks.Count).Any(attack => IsBrokenBy(row, attack, blackBox: true))
            && !Enumerable.Range(0, record.Attacks.Count).Any(attack => IsBrokenBy(row, attack, blackBox: false)));
        return only > NoticeableShare * total
            ? new(
                DiagnosticKind.WhiteBoxWeaker, DiagnosticOutcome.Failed, (double)only / total,
                Invariant($"{only} of {total} rows fell to attacks without gradients only: gradients are masked. Trust no number of a gradient attack here."))
            : new(
                DiagnosticKind.WhiteBoxWeaker, DiagnosticOutcome.Passed, (double)only / total,
                Invariant($"{only} of {total} rows fell to attacks without gradients only."));

        bool IsBrokenBy(EvaluatedRow row, int attack, bool blackBox) =>
            AttackMetrics.IsBroken(record, row, attack)
            && (row.Outcomes[attack].Stage is { } stage ? record.Attacks[attack].StageIsBlackBox[stage] : record.Attacks[attack].IsBlackBox) == blackBox;
    }

    private static Diagnostic Rounding(RobustnessMetrics metrics)
    {
        var (lost, asked) = (metrics.Attacks.Sum(attack => attack.LostToRounding.Count), metrics.Attacks.Sum(attack => attack.LostToRounding.Total));
        if (asked == 0)
        {
            return new(
                DiagnosticKind.UnverifiedRounding, DiagnosticOutcome.NotChecked, null,
                "No row was broken, its values are no 8-bit pixels, or the attacks' constraints see to it.");
        }

        var finding = Invariant($"{lost} of {asked} adversarial inputs no longer work once pixels are stored with 8 bits.");
        return lost > LargestRoundingLoss * asked
            ? new(DiagnosticKind.UnverifiedRounding, DiagnosticOutcome.Failed, (double)lost / asked, $"{finding} Give the suite the constraint 8bit for files.")
            : new(DiagnosticKind.UnverifiedRounding, DiagnosticOutcome.Passed, (double)lost / asked, finding);
    }

    private static Diagnostic FailedRows(EvaluationRecord record)
    {
        var failed = record.Rows.Where(row => row.Error is not null).ToArray();
        return failed.Length == 0
            ? new(DiagnosticKind.FailedRows, DiagnosticOutcome.Passed, 0, "All rows were evaluated.")
            : new(
                DiagnosticKind.FailedRows, DiagnosticOutcome.Failed, (double)failed.Length / record.Rows.Count,
                Invariant($"{failed.Length} of {record.Rows.Count} rows could not be evaluated and count in no share; row {failed[0].Row}: {failed[0].Error}"));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
