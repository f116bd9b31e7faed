using Microsoft.ML.Adversarial.Evaluation.Diagnostics;

namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

[TestClass]
public sealed class RobustnessMetricsTests
{
    private const double No = double.NaN;

    [TestMethod]
    public void TheWorstCaseCountsRowByRow()
    {
        RobustnessMetrics metrics = new(Records.Of(
            Records.Row(0, white: 0.5, black: No), Records.Row(1, white: No, black: 0.9), Records.Row(2, white: No, black: 1.5),
            Records.Row(3, white: No, black: No), Records.Row(4, white: No, black: No, prediction: 1)));

        Assert.AreEqual(0.8, metrics.CleanAccuracy.Value, 1e-12);
        Assert.AreEqual(0.4, metrics.RobustAccuracy.Value, 1e-12);
        Assert.AreEqual(0.25, metrics["white"].Success.Value, 1e-12);
        Assert.AreEqual(0.6, metrics["white"].RobustAccuracy.Value, 1e-12);
        // What a search for the smallest perturbation found beyond the budget breaks no row, but has a size.
        Assert.AreEqual(0.25, metrics["black"].Success.Value, 1e-12);
        Assert.AreEqual(1.2, metrics["black"].Sizes.Single(size => size.Norm == "L2").Mean, 1e-12);
        Assert.AreEqual(1, metrics["white"].Sizes.Single(size => size.Norm == "L0").Median, 1e-12);
        Assert.AreEqual(0.4, metrics.Classes[0].RobustAccuracy.Value, 1e-12);
        Assert.AreEqual(0, metrics.Classes[1].CleanAccuracy.Total);
        Assert.IsTrue(metrics.RobustAccuracy.Interval.Lower < 0.4 && metrics.RobustAccuracy.Interval.Upper > 0.4);
    }

    [TestMethod]
    public void SmallestPerturbationsTellAccuracyAtEveryBudget()
    {
        RobustnessMetrics metrics = new(Records.Of(
            Records.Row(0, No, 0.5), Records.Row(1, No, 0.9), Records.Row(2, No, 2), Records.Row(3, No, No), Records.Row(4, No, 0.1, prediction: 1)));

        SecurityCurve curve = metrics.Curve!;

        Assert.AreEqual(5, curve.RowCount);
        Assert.AreEqual(4, curve.Points[0].Correct);
        Assert.AreEqual(2, curve.Points.Single(point => point.Epsilon == 1).Correct);
        Assert.IsTrue(curve.Points.Zip(curve.Points.Skip(1)).All(pair => pair.First.Correct >= pair.Second.Correct));
    }

    [TestMethod]
    public void RowsThatFellToBlackBoxAttacksOnlyCastDoubt()
    {
        Assert.AreEqual(DiagnosticOutcome.Failed, Of(DiagnosticKind.WhiteBoxWeaker, Records.Row(0, No, 0.5), Records.Row(1, 0.5, No)).Outcome);
        Assert.AreEqual(0.5, Of(DiagnosticKind.WhiteBoxWeaker, Records.Row(0, No, 0.5), Records.Row(1, 0.5, No)).Value);
        Assert.AreEqual(DiagnosticOutcome.Passed, Of(DiagnosticKind.WhiteBoxWeaker, Records.Row(0, 0.7, 0.5), Records.Row(1, 0.5, No)).Outcome);
        // Beyond the budget is no break; wrong unperturbed is nobody's merit.
        Assert.AreEqual(DiagnosticOutcome.Passed, Of(DiagnosticKind.WhiteBoxWeaker, Records.Row(0, No, 1.5)).Outcome);
        Assert.AreEqual(DiagnosticOutcome.Passed, Of(DiagnosticKind.WhiteBoxWeaker, Records.Row(0, No, 0.5, prediction: 1)).Outcome);
    }

    [TestMethod]
    public void InputsThatRoundingUndoesCastDoubt()
    {
        Assert.AreEqual(DiagnosticOutcome.NotChecked, Of(DiagnosticKind.UnverifiedRounding, Records.Row(0, 0.5, No)).Outcome);
        Assert.AreEqual(DiagnosticOutcome.Passed, Of(DiagnosticKind.UnverifiedRounding, Records.Row(0, 0.5, No, rounding: true)).Outcome);
        Assert.AreEqual(
            0.5, Of(DiagnosticKind.UnverifiedRounding, Records.Row(0, 0.5, No, rounding: true), Records.Row(1, 0.5, No, rounding: false)).Value);
    }

    [TestMethod]
    public void WithoutAutoAttackItsFlagsAreNotChecked() =>
        Assert.AreEqual(DiagnosticOutcome.NotChecked, Of(DiagnosticKind.Randomised, Records.Row(0, 0.5, No)).Outcome);

    [TestMethod]
    public void TextCarriesTheWarnings()
    {
        RobustnessMetrics metrics = new(Records.Of(Records.Row(0, No, 0.5), Records.Row(1, No, No)));

        StringAssert.Contains(metrics.ToString(), "robust 50.0 %");
        StringAssert.Contains(metrics.ToString(), "warning, WhiteBoxWeaker: 1 of 2 rows");
    }

    private static Diagnostic Of(DiagnosticKind kind, params EvaluatedRow[] rows) =>
        new RobustnessMetrics(Records.Of(rows)).Diagnostics.Single(diagnostic => diagnostic.Kind == kind);
}
