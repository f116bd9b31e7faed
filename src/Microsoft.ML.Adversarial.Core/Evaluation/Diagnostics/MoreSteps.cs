using Microsoft.ML.Adversarial.Attacks.GradientSteps;

namespace Microsoft.ML.Adversarial.Evaluation.Diagnostics;

/// <summary>Whether twice the steps of the same length schedule break noticeably more rows (Carlini et al. 2019, arXiv:1902.06705, section 5.4).</summary>
internal static class MoreSteps
{
    private const int Steps = 40;
    private const double LargestShare = 0.02;

    public static Diagnostic Probe(ProbeSubject subject)
    {
        if (subject.Differentiable is null)
        {
            return subject.NotChecked(DiagnosticKind.MoreStepsHelp);
        }

        var once = subject.RightAfter(Attack(Steps)).Count(right => right);
        var twice = subject.RightAfter(Attack(2 * Steps)).Count(right => right);
        var more = Math.Max(0, once - twice);
        var finding = FormattableString.Invariant($"PGD leaves {once} of {subject.Count} rows with {Steps} steps and {twice} with {2 * Steps}.");
        return more > Math.Max(1, LargestShare * subject.Count)
            ? new(DiagnosticKind.MoreStepsHelp, DiagnosticOutcome.Failed, (double)more / subject.Count, $"{finding} Forty steps are too few here; Auto-PGD decides for itself.")
            : new(DiagnosticKind.MoreStepsHelp, DiagnosticOutcome.Passed, (double)more / subject.Count, finding);

        ProjectedGradientDescent Attack(int steps) => new(subject.Suite.Norm, subject.Suite.Epsilon) { Steps = steps, LeaveEarly = true };
    }
}
