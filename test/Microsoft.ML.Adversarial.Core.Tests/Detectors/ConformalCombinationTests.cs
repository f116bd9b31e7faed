using Microsoft.ML.Adversarial.Detectors.Combinations;

namespace Microsoft.ML.Adversarial.Detectors;

[TestClass]
public sealed class ConformalCombinationTests
{
    private static IEnumerable<object[]> All => [[PValueCombination.Fisher], [PValueCombination.Simes]];

    /// <summary>The definition, over all n + 1 rows at once, in plain loops.</summary>
    [TestMethod]
    [DynamicData(nameof(All))]
    public void P_values_are_ranks_of_a_symmetric_statistic(PValueCombination combination)
    {
        var random = new Random(1);
        for (var round = 0; round < 100; round++)
        {
            var all = DependentScores.Create(random.Next(2, 40), random);
            // Ties everywhere.
            all = [.. all.Select(scores => scores.Select(score => MathF.Round(score * 5)).ToArray())];
            var calibration = new ConformalCombination(all.At([.. Enumerable.Range(1, all[0].Length - 1)]), combination);
            var pValues = new double[3];

            var combined = calibration.PValue(all.At(0), pValues);

            Assert.AreEqual(Naive(all, combination), combined);
            Assert.AreEqual(combined, calibration.PValue(all.At(0)));
            for (var k = 0; k < 3; k++)
            {
                Assert.AreEqual(calibration.Detectors[k].PValue(all[k][0]), pValues[k]);
                Assert.AreEqual(all[k].Count(score => score >= all[k][0]) / (double)all[k].Length, pValues[k]);
            }
        }
    }

    /// <summary>Exchangeable: each of n + 1 rows is the new one equally often. The guarantee is exact then, whatever the dependence.</summary>
    [TestMethod]
    [DynamicData(nameof(All))]
    public void Of_exchangeable_rows_at_most_the_share_alpha_is_flagged(PValueCombination combination)
    {
        var random = new Random(2);
        for (var round = 0; round < 5; round++)
        {
            var all = DependentScores.Create(100, random);
            var pValues = Enumerable.Range(0, 100)
                .Select(row => new ConformalCombination(all.At([.. Enumerable.Range(0, 100).Where(other => other != row)]), combination).PValue(all.At(row)))
                .ToArray();
            for (var percent = 1; percent <= 100; percent++)
            {
                Assert.IsLessThanOrEqualTo(percent, pValues.Count(p => p <= (percent / 100.0) + 1e-12));
            }
        }
    }

    /// <summary>What calibrating again is for: taken as independent, dependent p-values are flagged too often.</summary>
    [TestMethod]
    public void Without_calibrating_again_dependent_scores_break_the_level()
    {
        var random = new Random(3);
        var clean = DependentScores.Create(2000, random);
        var others = DependentScores.Create(2000, random);
        var calibration = new ConformalCombination([clean[0], clean[1]], PValueCombination.Fisher);
        var (textbook, calibrated) = (0, 0);
        var pValues = new double[2];
        for (var row = 0; row < 2000; row++)
        {
            calibrated += calibration.PValue([others[0][row], others[1][row]], pValues) <= 0.01 ? 1 : 0;
            // The 99 % point of chi-squared with 4 degrees of freedom.
            textbook += PValueCombination.Fisher.Statistic(pValues) > 13.2767 ? 1 : 0;
        }

        Assert.IsGreaterThan(40, textbook);
        Assert.IsLessThan(40, calibrated);
    }

    [TestMethod]
    [DynamicData(nameof(All))]
    public void Of_one_detector_it_is_that_detector(PValueCombination combination)
    {
        var random = new Random(4);
        float[] scores = [.. Enumerable.Range(0, 50).Select(_ => (float)random.Next(12))];
        var calibration = new ConformalCombination([scores], combination);
        for (var score = -1f; score < 13; score += 0.5f)
        {
            Assert.AreEqual(new ConformalCalibration(scores).PValue(score), calibration.PValue([score]));
            Assert.AreEqual(Naive([[score, .. scores]], combination), calibration.PValue([score]));
        }
    }

    /// <summary>Two detectors that each see half a sign: the combination flags what neither would.</summary>
    [TestMethod]
    public void Fisher_adds_up_evidence()
    {
        var random = new Random(5);
        float[] Uniform() => [.. Enumerable.Range(0, 999).Select(_ => random.NextSingle())];
        var calibration = new ConformalCombination([Uniform(), Uniform()], PValueCombination.Fisher);
        var pValues = new double[2];
        Assert.IsLessThan(0.01, calibration.PValue([0.975f, 0.975f], pValues));
        Assert.IsTrue(pValues.All(p => p > 0.02));
    }

    [TestMethod]
    [DynamicData(nameof(All))]
    public void A_broken_score_is_flagged(PValueCombination combination)
    {
        var scores = DependentScores.Create(99, new Random(6));
        var calibration = new ConformalCombination(scores, combination);
        var pValues = new double[3];
        Assert.AreEqual(0.01, calibration.SmallestPValue);
        Assert.AreEqual(0.01, calibration.PValue([-9, float.NaN, -99], pValues));
        CollectionAssert.AreEqual(new[] { 1, 0.01, 1 }, pValues);
        Assert.AreEqual(0.01, calibration.PValue([float.PositiveInfinity, float.PositiveInfinity, float.PositiveInfinity]));
        Assert.AreEqual(1, calibration.PValue([float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity]));
    }

    [TestMethod]
    public void Scores_that_do_not_belong_together_are_refused()
    {
        static ArgumentException Fails(Action action) => Assert.Throws<ArgumentException>(action);
        Assert.Contains("at least one detector", Fails(() => _ = new ConformalCombination([], PValueCombination.Fisher)).Message);
        Assert.Contains("at least one calibration score", Fails(() => _ = new ConformalCombination([[], []], PValueCombination.Fisher)).Message);
        Assert.Contains("got 2 from one and 1 from another", Fails(() => _ = new ConformalCombination([[1, 2], [1]], PValueCombination.Simes)).Message);
        Assert.Contains(
            "Calibration row 1: expected a score, got NaN",
            Fails(() => _ = new ConformalCombination([[1, 2], [1, float.NaN]], PValueCombination.Simes)).Message);
        var calibration = new ConformalCombination([[1, 2], [1, 2]], PValueCombination.Simes);
        Assert.Contains("Expected 2 scores, one per detector, got 1", Fails(() => calibration.PValue([1])).Message);
        Assert.Contains("Expected 2 places", Fails(() => calibration.PValue([1, 1], new double[3])).Message);
    }

    private static double Naive(float[][] all, PValueCombination combination)
    {
        var count = all[0].Length;
        var statistics = new double[count];
        for (var row = 0; row < count; row++)
        {
            statistics[row] = combination.Statistic([.. all.Select(scores => scores.Count(score => score >= scores[row]) / (double)count)]);
        }

        return statistics.Count(statistic => statistic >= statistics[0]) / (double)count;
    }
}
