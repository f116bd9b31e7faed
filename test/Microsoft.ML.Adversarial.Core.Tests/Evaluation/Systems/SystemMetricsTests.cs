using Microsoft.ML.Adversarial.Evaluation.Diagnostics;

namespace Microsoft.ML.Adversarial.Evaluation.Systems;

/// <summary>The metrics of rows that a person can count.</summary>
[TestClass]
public sealed class SystemMetricsTests
{
    // Detector "a" flags above 1, "b" above 10. Attack "plain" knows of neither, "smallest" has no budget, "adaptive" evades "a".
    private static readonly SystemRow[] Rows =
    [
        // Right, and holds: the error after "plain" is flagged by "a", that of "smallest" is too large.
        Row(0, 0, [0, 0], half: true, Error(0.1, [2, 0]), Error(0.9, [0, 0]), Right([0, 0])),

        // Right, and "adaptive" gets past both.
        Row(0, 0, [0, 5], half: false, Error(0.1, [2, 20]), Error(0.1, [0, 11]), Error(0.1, [1, 10])),

        // Right but flagged unperturbed; "plain" gets past both.
        Row(1, 1, [3, 0], half: true, Error(0.1, [0, 0]), Right([0, 0]), Right([0, 0])),

        // Wrong and flagged unperturbed; NaN flags what attacks make of it.
        Row(1, 0, [0, 12], half: false, Error(0.1, [float.NaN, 0]), Error(0.1, [0, float.NaN]), Error(0.1, [5, 5])),

        // Wrong and unflagged unperturbed, flagged after every attack.
        Row(2, 0, [0.5f, 0], half: false, Error(0, [9, 9]), Error(0, [9, 9]), Error(0, [9, 9])),
        new(5, 2, -1, [], null, [], "broken"),
    ];

    [TestMethod]
    public void UnperturbedRowsAreCountedByHand()
    {
        SystemMetrics metrics = new(RecordOf(Rows));

        Assert.AreEqual((3, 5), (metrics.CleanAccuracy.Count, metrics.CleanAccuracy.Total));
        Assert.AreEqual((2, 5), (metrics.FalsePositives.Count, metrics.FalsePositives.Total));
        Assert.AreEqual((1, 5), (metrics.CleanUnflaggedError.Count, metrics.CleanUnflaggedError.Total));
        Assert.AreEqual(1, metrics.Detectors[0].FalsePositives.Count);
        Assert.AreEqual(1, metrics.Detectors[1].FalsePositives.Count);
    }

    [TestMethod]
    public void UnflaggedErrorsPerAttackAreCountedByHand()
    {
        SystemMetrics metrics = new(RecordOf(Rows));

        Assert.AreEqual(1, metrics["plain"].UnflaggedError.Count);
        Assert.AreEqual(0, metrics["smallest"].UnflaggedError.Count);
        Assert.AreEqual(1, metrics["adaptive"].UnflaggedError.Count);
        Assert.AreEqual((3, 3), (metrics["plain"].Success.Count, metrics["plain"].Success.Total));
        Assert.AreEqual((1, 3), (metrics["smallest"].Success.Count, metrics["smallest"].Success.Total));
        Assert.AreEqual((2, 3), (metrics["plain"].TruePositives.Count, metrics["plain"].TruePositives.Total));

        // By "b" alone: all but row 1, whose scores are at most 10.
        Assert.AreEqual(4, metrics["b", "plain"].UnflaggedError.Count);
        Assert.AreEqual(1, metrics["a", "plain"].UnflaggedError.Count);
    }

    [TestMethod]
    public void TheWorstCaseIsRowByRow()
    {
        SystemMetrics metrics = new(RecordOf(Rows));

        // Row 1 by "adaptive", row 2 by "plain", row 4 unperturbed.
        Assert.AreEqual((3, 5), (metrics.UnflaggedError.Count, metrics.UnflaggedError.Total));

        // Row 0 alone: row 3 is wrong.
        Assert.AreEqual((1, 5), (metrics.RobustAccuracy.Count, metrics.RobustAccuracy.Total));
        Assert.AreEqual((2, 5), (metrics.HalfBudgetAccuracy!.Value.Count, metrics.HalfBudgetAccuracy.Value.Total));
    }

    [TestMethod]
    public void ScoresAreThoseOfTheRowsThatAnAttackBroke()
    {
        SystemMetrics metrics = new(RecordOf(Rows));

        CollectionAssert.AreEqual(new float[] { 0, 0, 3, 0, 0.5f }, metrics.Scores("a"));
        CollectionAssert.AreEqual(new float[] { 2, 2, 0 }, metrics.Scores("a", "plain"));
        CollectionAssert.AreEqual(new float[] { 11 }, metrics.Scores("b", "smallest"));

        // Pairs with clean 0, 0, 3, 0, 0.5: 2 beats four of five, twice; 0 ties with three and beats none.
        Assert.AreEqual((4 + 4 + 1.5) / 15, metrics["a", "plain"].Metrics!.AreaUnderRocCurve, 1e-12);

        // "smallest" breaks too few rows beside "plain" to count: one of three.
        Assert.AreEqual("plain", metrics.Detectors[0].Plain!.Attack);
        Assert.AreEqual("adaptive", metrics.Detectors[0].Adaptive!.Attack);
        Assert.IsNull(metrics.Detectors[1].Adaptive);
        Assert.ThrowsExactly<KeyNotFoundException>(() => metrics.Scores("c"));
        Assert.ThrowsExactly<KeyNotFoundException>(() => metrics["a", "none"]);
    }

    [TestMethod]
    public void AClaimBeyondTheClassifierAtHalfTheBudgetIsDoubted()
    {
        SystemRow holds = Rows[0];
        SystemRow falls = Rows[1];

        Assert.AreEqual(DiagnosticOutcome.Failed, Claim([holds with { HoldsAtHalfBudget = false }, falls]).Outcome);
        Assert.AreEqual(DiagnosticOutcome.Passed, Claim([holds, falls]).Outcome);
        Assert.AreEqual(DiagnosticOutcome.NotChecked, Claim([holds with { HoldsAtHalfBudget = null }, falls]).Outcome);
        Assert.AreEqual(0.5, Claim([holds with { HoldsAtHalfBudget = false }, falls]).Value);

        static Diagnostic Claim(SystemRow[] rows) => new SystemMetrics(RecordOf(rows)).Diagnostics.Single(one => one.Kind == DiagnosticKind.DetectorClaim);
    }

    [TestMethod]
    public void WhatIsNotAttackedAdaptivelyIsNamed()
    {
        SystemMetrics metrics = new(RecordOf(Rows));

        Diagnostic spared = metrics.Warnings.Single(warning => warning.Kind == DiagnosticKind.NoAdaptiveAttack);
        StringAssert.Contains(spared.Finding, "b: its score has no gradient");
        Assert.IsTrue(metrics.Warnings.Any(warning => warning.Kind == DiagnosticKind.FailedRows));
        StringAssert.Contains(metrics.ToString(), spared.Finding);

        // Row 2 errs unflagged by "plain" only: one of five.
        Assert.AreEqual(0.2, metrics.Warnings.Single(warning => warning.Kind == DiagnosticKind.AdaptiveWeaker).Value);
    }

    private static SystemRow Row(int label, int prediction, float[] scores, bool half, params SystemOutcome[] outcomes) =>
        new(0, label, prediction, scores, half, outcomes);

    private static SystemOutcome Error(double size, float[] scores) => new(IsMisclassified: true, Prediction: 9, size, scores);

    private static SystemOutcome Right(float[] scores) => new(IsMisclassified: false, Prediction: 0, Size: 0.1, scores);

    private static SystemRecord RecordOf(SystemRow[] rows) => new()
    {
        LibraryVersion = "1", Suite = "by hand", Norm = "Linf", Epsilon = 0.1, Constraints = "none", Classes = ["0", "1", "2"], Seed = 0, BatchSize = 4,
        IsComplete = true, FalsePositiveRate = 0.1, Detectors = [new("a", 1, 99, null), new("b", 10, 99, "its score has no gradient")],
        Attacks =
        [
            new("plain", "", false, IsMinimumNorm: false, [], default), new("smallest", "", false, IsMinimumNorm: true, [], default),
            new("adaptive", "", false, IsMinimumNorm: false, ["a"], default),
        ],
        AttacksLeftOut = [], HalfBudgetAttack = "half", Rows = rows,
    };
}
