using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Attacks.RandomSearch;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Diagnostics;

/// <summary>Accuracy over budgets, and whether it falls as they grow.</summary>
internal static class BudgetCurve
{
    // In units of the suite's budget.
    private static readonly double[] Budgets = [0.25, 0.5, 0.75, 1, 1.5, 2, 4];

    /// <summary>PGD with gradients, Square without; null where the norm has neither.</summary>
    public static SecurityCurve? Measure(ProbeSubject subject)
    {
        if (subject.Differentiable is null && !AttackDescription.NormsOf<SquareAttack>().Contains(subject.Suite.Norm.Name))
        {
            return null;
        }

        var points = new List<SecurityPoint> { Point(0, subject.Correct) };
        foreach (var budget in Budgets)
        {
            points.Add(Point(budget * subject.Suite.Epsilon, subject.RightAfter(AttackOf(budget * subject.Suite.Epsilon))));
        }

        return new(AttackRecord.SettingsOf(AttackOf(subject.Suite.Epsilon)), subject.Count, points);

        SecurityPoint Point(double epsilon, bool[] right) => new(epsilon, right.Count(row => row), right.Count(row => row) / (double)right.Length);

        Attack AttackOf(double epsilon) => subject.Differentiable is null
            ? new SquareAttack(subject.Suite.Norm, epsilon) { Queries = 200 }
            : new ProjectedGradientDescent(subject.Suite.Norm, epsilon) { LeaveEarly = true };
    }

    /// <summary>A larger budget contains the smaller one: an attack that finds less with it has failed.</summary>
    public static Diagnostic Monotone(SecurityCurve? curve)
    {
        if (curve is null)
        {
            return new(DiagnosticKind.NotMonotone, DiagnosticOutcome.NotChecked, null, "There is no attack over budgets for this norm.");
        }

        var rise = curve.Points.Zip(curve.Points.Skip(1), (smaller, larger) => larger.Correct - smaller.Correct).Max();
        // One row more is chance: attacks start at random points.
        return rise > Math.Max(1, curve.RowCount / 50)
            ? new(
                DiagnosticKind.NotMonotone, DiagnosticOutcome.Failed, (double)rise / curve.RowCount,
                FormattableString.Invariant($"{rise} of {curve.RowCount} rows more hold out where the budget is larger: the attack fails there, gradients are masked."))
            : new(DiagnosticKind.NotMonotone, DiagnosticOutcome.Passed, (double)Math.Max(0, rise) / curve.RowCount, "Accuracy falls as the budget grows.");
    }
}
