using Microsoft.ML.Adversarial.Attacks.GradientSteps;

namespace Microsoft.ML.Adversarial.Evaluation.Diagnostics;

/// <summary>The sixth indicator: with the whole range as its budget, an attack that works breaks every row.</summary>
internal static class UnconstrainedFailure
{
    public static Diagnostic Probe(ProbeSubject subject)
    {
        if (subject.Differentiable is null)
        {
            return subject.NotChecked(DiagnosticKind.UnconstrainedFailure);
        }

        if (!subject.Suite.Constraints.AreNone)
        {
            return new(DiagnosticKind.UnconstrainedFailure, DiagnosticOutcome.NotChecked, null, "The threat model has constraints, which may leave rows unbreakable.");
        }

        if (subject.FullRange is not { } whole)
        {
            return new(DiagnosticKind.UnconstrainedFailure, DiagnosticOutcome.NotChecked, null, "The model's inputs have no bounds: there is no whole range.");
        }

        var rows = subject.RightAfter(new ProjectedGradientDescent(subject.Suite.Norm, whole) { Steps = 100, LeaveEarly = true }).Count(right => right);
        var finding = FormattableString.Invariant($"With the whole range as its budget, {whole:G4}, PGD leaves {rows} of {subject.Count} rows unbroken.");
        return rows > 0
            ? new(
                DiagnosticKind.UnconstrainedFailure, DiagnosticOutcome.Failed, (double)rows / subject.Count,
                $"{finding} The attack fails, not the attacker: gradients are masked.")
            : new(DiagnosticKind.UnconstrainedFailure, DiagnosticOutcome.Passed, 0, finding);
    }
}
