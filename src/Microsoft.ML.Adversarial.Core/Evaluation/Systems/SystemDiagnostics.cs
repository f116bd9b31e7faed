using System.Globalization;
using Microsoft.ML.Adversarial.Evaluation.Diagnostics;

namespace Microsoft.ML.Adversarial.Evaluation.Systems;

/// <summary>What is checked before the numbers of a classifier with its detectors are believed; all of it follows from the rows.</summary>
internal static class SystemDiagnostics
{
    private const double NoticeableShare = 0.02;
    private const double NoticeableClaim = 0.05;

    public static IEnumerable<Diagnostic> Of(SystemMetrics metrics) =>
        [NoAdaptiveAttack(metrics.Record), AdaptiveWeaker(metrics), DetectorClaim(metrics), FailedRows(metrics)];

    private static Diagnostic NoAdaptiveAttack(SystemRecord record)
    {
        SystemDetectorRecord[] spared = [.. record.Detectors.Where(detector => detector.WhyNotEvaded is not null)];
        return spared.Length == 0
            ? new(DiagnosticKind.NoAdaptiveAttack, DiagnosticOutcome.Passed, 0, "Every detector was attacked by attacks made to evade it.")
            : new(
                DiagnosticKind.NoAdaptiveAttack, DiagnosticOutcome.Failed, (double)spared.Length / record.Detectors.Count,
                $"No adaptive attack was made against {string.Join("; ", spared.Select(detector => $"{detector.Name}: {detector.WhyNotEvaded}"))}. "
                + "What such detectors flag says how they do against attackers who do not know of them, and no more.");
    }

    // Errors that pass the system by attacks that know of no detector, and by none that does.
    private static Diagnostic AdaptiveWeaker(SystemMetrics metrics)
    {
        var record = metrics.Record;
        int[] adaptive = [.. Places(record, isAdaptive: true)];
        int[] plain = [.. Places(record, isAdaptive: false)];
        if (adaptive.Length == 0)
        {
            return new(DiagnosticKind.AdaptiveWeaker, DiagnosticOutcome.NotChecked, null, "There is no adaptive attack to compare with.");
        }

        var total = metrics.UnflaggedError.Total;
        var only = record.Rows.Count(row => row.Error is null
            && plain.Any(attack => record.IsUnflaggedError(row, attack)) && !adaptive.Any(attack => record.IsUnflaggedError(row, attack)));
        var finding = Invariant($"{only} of {total} rows err unflagged by attacks that know of no detector and by no adaptive attack.");
        return only > NoticeableShare * total
            ? new(
                DiagnosticKind.AdaptiveWeaker, DiagnosticOutcome.Failed, (double)only / total,
                $"{finding} The adaptive attacks fail where simpler ones succeed: give them more steps, and take what they leave as no sign of robustness.")
            : new(DiagnosticKind.AdaptiveWeaker, DiagnosticOutcome.Passed, (double)only / total, finding);
    }

    private static Diagnostic DetectorClaim(SystemMetrics metrics)
    {
        var record = metrics.Record;
        if (metrics.HalfBudgetAccuracy is not { } half)
        {
            return new(
                DiagnosticKind.DetectorClaim, DiagnosticOutcome.NotChecked, null,
                "The bare classifier was not attacked with half the budget: it gives no gradients, and no attack was named for it.");
        }

        var claim = metrics.RobustAccuracy.Value - half.Value;
        var finding = Invariant(
            $"The system holds {metrics.RobustAccuracy.Count} of {half.Total} rows within {record.Epsilon}, the bare classifier {half.Count} within {record.Epsilon / 2} ({record.HalfBudgetAttack}).");
        return claim > NoticeableClaim
            ? new(
                DiagnosticKind.DetectorClaim, DiagnosticOutcome.Failed, claim,
                $"{finding} Whoever could search exhaustively could turn a system that is robust within a budget into a classifier that is as robust within half of it "
                + "(Tramèr 2022, arXiv:2107.11630). If the first number is right, the detector holds such a classifier, more robust than the one it guards: "
                + "possible, but compare it with the best that is known within half the budget. Attacks on the detector that are too weak are likelier.")
            : new(
                DiagnosticKind.DetectorClaim, DiagnosticOutcome.Passed, claim,
                $"{finding} The system claims no more than the classifier has within half the budget (Tramèr 2022, arXiv:2107.11630).");
    }

    private static Diagnostic FailedRows(SystemMetrics metrics)
    {
        SystemRow[] failed = [.. metrics.FailedRows];
        return failed.Length == 0
            ? new(DiagnosticKind.FailedRows, DiagnosticOutcome.Passed, 0, "All rows were evaluated.")
            : new(
                DiagnosticKind.FailedRows, DiagnosticOutcome.Failed, (double)failed.Length / metrics.Record.Rows.Count,
                Invariant($"{failed.Length} of {metrics.Record.Rows.Count} rows could not be evaluated and count in no share; row {failed[0].Row}: {failed[0].Error}"));
    }

    private static IEnumerable<int> Places(SystemRecord record, bool isAdaptive) =>
        record.Attacks.Index().Where(attack => attack.Item.IsAdaptive == isAdaptive).Select(attack => attack.Index);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
