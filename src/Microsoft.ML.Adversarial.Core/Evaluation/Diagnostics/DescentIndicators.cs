namespace Microsoft.ML.Adversarial.Evaluation.Diagnostics;

/// <summary>The indicators that are read off the path of projected gradient descent (Pintor et al. 2022, arXiv:2106.09947, section 3.2).</summary>
internal static class DescentIndicators
{
    private const double LargestShare = 0.01;
    private const int LastSteps = 10;
    private const double NoticeableProgress = 0.01;

    /// <summary>The first: of rows that hold out, those whose gradient is zero at some step.</summary>
    public static Diagnostic UnavailableGradients(ProbeSubject subject) => subject.Differentiable is null
        ? subject.NotChecked(DiagnosticKind.UnavailableGradients)
        : Of(
            subject, DiagnosticKind.UnavailableGradients,
            row => HoldsOut(subject, row) && subject.Path.HasGradient.Any(step => !step[row]),
            "hold out while their gradient is exactly zero at some step: the attack cannot move there.",
            "Use an objective on logits, such as the margin, or attacks without gradients.");

    /// <summary>The third: rows that are adversarial on the way and not at the end.</summary>
    public static Diagnostic SilentSuccess(ProbeSubject subject) => subject.Differentiable is null
        ? subject.NotChecked(DiagnosticKind.SilentSuccess)
        : Of(
            subject, DiagnosticKind.SilentSuccess,
            row => subject.Correct[row] && HoldsOut(subject, row) && subject.Path.Margins.Any(step => step[row] > 0),
            "were adversarial on the way and not at the end of PGD.",
            "Use attacks that keep the best point, as Auto-PGD does.");

    /// <summary>
    /// The fourth: rows that hold out and whose margin still grew noticeably in the last steps, at a pace that would break them within as many steps
    /// again. Without the latter, robust networks would raise it, where PGD swings about the best point.
    /// </summary>
    public static Diagnostic IncompleteOptimisation(ProbeSubject subject) => subject.Differentiable is null
        ? subject.NotChecked(DiagnosticKind.IncompleteOptimisation)
        : Of(
            subject, DiagnosticKind.IncompleteOptimisation, row => HoldsOut(subject, row) && StillGrows(subject.Path.Margins, row),
            "hold out while their margin still grows, at a pace that would break them, when PGD's 40 steps are spent.",
            "Give more steps or larger ones.");

    private static bool HoldsOut(ProbeSubject subject, int row) => subject.Path.Margins[^1][row] <= 0;

    private static bool StillGrows(double[][] margins, int row)
    {
        var before = margins.SkipLast(LastSteps).Max(step => step[row]);
        var after = margins.TakeLast(LastSteps).Max(step => step[row]);
        var whole = Math.Max(margins.Max(step => step[row]) - margins[0][row], double.Epsilon);
        var stepsAgain = (double)margins.Length / LastSteps;
        return (after - before) / whole > NoticeableProgress && after + (stepsAgain * (after - before)) > 0;
    }

    private static Diagnostic Of(ProbeSubject subject, DiagnosticKind kind, Func<int, bool> isAtFault, string what, string advice)
    {
        var rows = Enumerable.Range(0, subject.Count).Count(isAtFault);
        var finding = FormattableString.Invariant($"{rows} of {subject.Count} rows {what}");
        // One row is chance.
        return rows > Math.Max(1, LargestShare * subject.Count)
            ? new(kind, DiagnosticOutcome.Failed, (double)rows / subject.Count, $"{finding} {advice}")
            : new(kind, DiagnosticOutcome.Passed, (double)rows / subject.Count, finding);
    }
}
