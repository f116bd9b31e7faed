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
}
