using Microsoft.ML.Adversarial.Attacks.Cascades;

namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

[TestClass]
public sealed class EvaluationComparisonTests
{
    // Per row: whether it is right unperturbed, broken by the first attack, broken by the second.
    private static readonly EvaluationRecord Before = Record("RR", "RB", "BR", "RR", "W", "RR", "RR", "F", "F", "RR");
    private static readonly EvaluationRecord After = Record("RR", "RR", "BB", "RB", "RR", "W", "F", "RR", "F", "RR");

    [TestMethod]
    public void RowsAreComparedOneByOne()
    {
        EvaluationComparison comparison = EvaluationComparison.Of(Before, After);

        AccuracyChange robust = comparison.RobustAccuracy;
        Assert.AreEqual(9, robust.Total);
        Assert.AreEqual(5, robust.Before);
        Assert.AreEqual(5, robust.After);
        CollectionAssert.AreEqual(new long[] { 3, 5, 6 }, robust.NewlyWrong.ToArray());
        CollectionAssert.AreEqual(new long[] { 1, 4, 7 }, robust.NewlyRight.ToArray());
        Assert.AreEqual(1, robust.PValue);
        Assert.AreEqual(7, comparison.CleanAccuracy.Before);
        CollectionAssert.AreEqual(new long[] { 5, 6 }, comparison.CleanAccuracy.NewlyWrong.ToArray());
        CollectionAssert.AreEqual(new long[] { 4, 7 }, comparison.CleanAccuracy.NewlyRight.ToArray());
        CollectionAssert.AreEqual(new[] { "first", "second" }, comparison.Attacks.Select(attack => attack.Name).ToArray());
        Assert.AreEqual(6, comparison.Attacks[0].RobustAccuracy.Before);
        CollectionAssert.AreEqual(new long[] { 2, 3, 5, 6 }, comparison.Attacks[1].RobustAccuracy.NewlyWrong.ToArray());
        Assert.IsEmpty(comparison.Differences);
    }

    [TestMethod]
    public void ALossBeyondTheToleranceIsARegression()
    {
        string[] right = [.. Enumerable.Repeat("RR", 100)];
        string[] worse = [.. right.Select((row, index) => index < 3 ? "BR" : row)];
        EvaluationComparison fall = EvaluationComparison.Of(Record(right), Record(worse));
        EvaluationComparison rise = EvaluationComparison.Of(Record(worse), Record(right));

        Assert.AreEqual(0.03, fall.RobustAccuracy.Loss, 1e-12);
        Assert.AreEqual(0.25, fall.RobustAccuracy.PValue, 1e-12);
        Assert.IsTrue(fall.RobustAccuracy.IsRegression(0.02));
        Assert.IsFalse(fall.RobustAccuracy.IsRegression(0.03));
        Assert.IsFalse(fall.CleanAccuracy.IsRegression(0));
        Assert.IsFalse(rise.RobustAccuracy.IsRegression(0));
        Assert.IsFalse(EvaluationComparison.Of(Before, Before).RobustAccuracy.IsRegression(0));
    }

    [TestMethod]
    public void OtherSeedsAndBatchesAreNoted()
    {
        EvaluationComparison comparison = EvaluationComparison.Of(Before, After with { Seed = 9, BatchSize = 1 });

        CollectionAssert.AreEqual(new[] { "seed, '1' and '9'", "batch size, '8' and '1'" }, comparison.Differences.ToArray());
    }

    [TestMethod]
    public void EvaluationsThatMeasureOtherThingsAreNamed()
    {
        (EvaluationRecord Before, EvaluationRecord After, string Expected)[] cases =
        [
            (Before, After with { Suite = "Full" }, "another suite, 'two' and 'Full'"),
            (Before, After with { Norm = "L2" }, "another norm"),
            (Before, After with { Epsilon = 0.5 }, "another epsilon, '0.1' and '0.5'"),
            (Before, After with { Constraints = "8bit" }, "another constraints"),
            (Before, After with { Classes = ["b", "a"] }, "another classes"),
            (Before, After with { AttacksLeftOut = ["pgd"] }, "another attacks left out, '' and 'pgd'"),
            (Before, After with { Attacks = [After.Attacks[0], After.Attacks[1] with { Settings = "weaker" }] }, "another attacks"),
            (Before, After with { IsComplete = false }, "cancelled after 10 rows"),
            (Before with { IsComplete = false }, After, "cancelled after 10 rows"),
            (Before, After with { Rows = [.. After.Rows.Skip(1)] }, "got 10 and 9 rows"),
            (Before, After with { Rows = [.. After.Rows.Take(4), After.Rows[4] with { Fingerprint = "other" }, .. After.Rows.Skip(5)] }, "others from row 4 on"),
            (Record("F", "F"), Record("F", "F"), "got none in either"),
        ];
        foreach ((EvaluationRecord before, EvaluationRecord after, string expected) in cases)
        {
            ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => EvaluationComparison.Of(before, after), expected);
            StringAssert.Contains(error.Message, expected);
        }
    }

    private static EvaluationRecord Record(params string[] rows) => new()
    {
        LibraryVersion = "1",
        Suite = "two",
        Norm = "Linf",
        Epsilon = 0.1,
        Constraints = "none",
        Classes = ["a", "b"],
        Seed = 1,
        BatchSize = 8,
        RowCount = rows.Length,
        ShardCount = 1,
        Shards = [0],
        IsComplete = true,
        Attacks = [Attack("first"), Attack("second")],
        AttacksLeftOut = [],
        Warnings = RobustnessWarnings.None,
        Probes = [],
        ProbedCurve = null,
        Rows = [.. rows.Select((row, index) => row switch
        {
            "F" => new EvaluatedRow(index, $"{index}", 0, 0, [], "It threw."),
            "W" => new EvaluatedRow(index, $"{index}", 0, 1, [Outcome('B'), Outcome('B')]),
            _ => new EvaluatedRow(index, $"{index}", 0, 0, [.. row.Select(Outcome)]),
        })],
    };

    private static AttackRecord Attack(string name) => new(name, $"{name} Linf 0.1", false, false, [], [], null, TimeSpan.Zero);

    private static RowOutcome Outcome(char letter) => new(letter == 'B', letter == 'B' ? 1 : 0, 0.1, new(1, 0.1, 0.1, 0.1));
}
