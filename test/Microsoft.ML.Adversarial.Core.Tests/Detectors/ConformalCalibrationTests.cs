namespace Microsoft.ML.Adversarial.Detectors;

[TestClass]
public sealed class ConformalCalibrationTests
{
    [TestMethod]
    public void PValuesAreTheShareOfRowsAtLeastAsSuspicious()
    {
        Random random = new(1);
        for (int round = 0; round < 200; round++)
        {
            // Whole numbers, so that there are ties.
            float[] scores = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => (float)random.Next(-4, 5))];
            ConformalCalibration calibration = new(scores);
            for (float score = -5; score <= 5; score += 0.5f)
            {
                Assert.AreEqual((1.0 + scores.Count(other => other >= score)) / (scores.Length + 1), calibration.PValue(score));
            }

            Assert.AreEqual(scores.Length, calibration.Count);
            CollectionAssert.AreEqual(scores.Order().ToArray(), calibration.Scores.ToArray());
        }
    }

    [TestMethod]
    public void OnExchangeableRowsFewerThanAlphaAreFlagged()
    {
        // Exchangeable: each of n + 1 rows is the new one equally often. The guarantee then is exact, ties or not.
        Random random = new(2);
        foreach (bool ties in new[] { false, true })
        {
            float[] scores = [.. Enumerable.Range(0, 100).Select(_ => ties ? random.Next(6) : random.NextSingle())];
            double[] pValues =
                [.. scores.Select((score, row) => new ConformalCalibration(scores.Where((_, other) => other != row)).PValue(score))];
            for (int percent = 1; percent <= 100; percent++)
            {
                int flagged = pValues.Count(p => p <= (percent / 100.0) + 1e-12);
                Assert.IsLessThanOrEqualTo(percent, flagged);
                Assert.IsTrue(ties || flagged == percent, "without ties the level is reached");
            }
        }
    }

    [TestMethod]
    public void BrokenAndInfiniteScoresAreTheMostSuspicious()
    {
        ConformalCalibration calibration = new([1, 2, 3]);
        Assert.AreEqual(0.25, calibration.SmallestPValue);
        Assert.AreEqual(0.25, calibration.PValue(float.NaN));
        Assert.AreEqual(0.25, calibration.PValue(float.PositiveInfinity));
        Assert.AreEqual(1, calibration.PValue(float.NegativeInfinity));
        Assert.AreEqual(0.5, new ConformalCalibration([1, 2, float.PositiveInfinity]).PValue(float.PositiveInfinity));
    }

    [TestMethod]
    public void ScoresThatCannotCalibrateAreRefused()
    {
        Assert.Contains("at least one calibration score", Assert.Throws<ArgumentException>(() => new ConformalCalibration([])).Message);
        Assert.Contains(
            "Calibration row 2: expected a score, got NaN",
            Assert.Throws<ArgumentException>(() => new ConformalCalibration([1, 2, float.NaN])).Message);
    }

    [TestMethod]
    public void TheCallersScoresAreCopied()
    {
        float[] scores = [3, 1, 2];
        ConformalCalibration calibration = new(scores);
        scores[0] = 100;
        CollectionAssert.AreEqual(new float[] { 1, 2, 3 }, calibration.Scores.ToArray());
    }

    [TestMethod]
    public void Exactly_the_scores_above_the_threshold_are_flagged()
    {
        var random = new Random(3);
        for (var round = 0; round < 300; round++)
        {
            float[] scores = [.. Enumerable.Range(0, random.Next(1, 120)).Select(_ => (float)random.Next(-9, 10))];
            var calibration = new ConformalCalibration(scores);
            foreach (var rate in new[] { 0.01, 0.05, 0.07, 0.1, 0.29, 0.3, 0.5, 0.9, 1.0 / (scores.Length + 1) })
            {
                var threshold = calibration.Threshold(rate);
                foreach (var score in scores.Append(float.PositiveInfinity).Append(float.NegativeInfinity).Append(threshold))
                {
                    Assert.AreEqual(calibration.PValue(score) <= rate, score > threshold, $"{scores.Length} rows, {rate}, {score}, {threshold}");
                }
            }
        }
    }

    [TestMethod]
    public void Every_rate_of_whole_percents_is_used_up()
    {
        // k / 100 and the product of rate and count round differently: 0.29 × 100 is below 29.
        var calibration = new ConformalCalibration(Enumerable.Range(1, 99).Select(i => (float)i));
        for (var percent = 1; percent < 100; percent++)
        {
            Assert.AreEqual(100f - percent, calibration.Threshold(percent / 100.0));
        }
    }

    [TestMethod]
    public void Constant_scores_flag_only_what_is_higher()
    {
        var calibration = new ConformalCalibration(Enumerable.Repeat(2.5f, 200));
        Assert.AreEqual(2.5f, calibration.Threshold(0.01));
        Assert.AreEqual(1, calibration.PValue(2.5f));
        Assert.AreEqual(1.0 / 201, calibration.PValue(MathF.BitIncrement(2.5f)));
    }

    [TestMethod]
    public void Too_few_rows_have_no_threshold_to_flag_anything()
    {
        Assert.AreEqual(float.PositiveInfinity, new ConformalCalibration(new float[98]).Threshold(0.01));
        Assert.AreEqual(0, new ConformalCalibration(new float[99]).Threshold(0.01));
        Assert.AreEqual(99, ConformalCalibration.FewestRows(0.01));
        Assert.AreEqual(1, ConformalCalibration.FewestRows(0.5));
        Assert.AreEqual(1, ConformalCalibration.FewestRows(0.99));
        foreach (var rate in new[] { 0, 1, -0.1, double.NaN })
        {
            Assert.Contains(
                "Expected a false-positive rate between 0 and 1",
                Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConformalCalibration([1]).Threshold(rate)).Message);
        }
    }
}
