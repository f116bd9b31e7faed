namespace Microsoft.ML.Adversarial.Evaluation;

[TestClass]
public sealed class BootstrapTests
{
    /// <summary>Of resamples of 100 rows with 10 flagged, a binomial number is flagged: its 5 % and 95 % points are 5 and 15.</summary>
    [TestMethod]
    public void The_interval_of_a_share_is_binomial()
    {
        var metrics = new DetectionMetrics(
            Enumerable.Range(0, 100).Select(row => row < 10 ? 1f : 0f), Enumerable.Range(0, 50).Select(row => row < 10 ? 1f : 0f));
        var intervals = new Bootstrap { ResampleCount = 4000, Level = 0.9 }.Intervals(
            metrics, resampled => resampled.FalsePositiveRateAbove(0), resampled => resampled.CleanCount, resampled => resampled.AttackedCount);
        Assert.AreEqual(new ConfidenceInterval(0.05, 0.15), intervals[0]);
        Assert.AreEqual(new ConfidenceInterval(100, 100), intervals[1], "clean rows are resampled apart from attacked ones");
        Assert.AreEqual(new ConfidenceInterval(50, 50), intervals[2]);
    }

    /// <summary>Clean N(0, 1), attacked N(1, 1): the area is Φ(1 / √2), and 95 % of 95 % intervals hold it, within four standard deviations.</summary>
    [TestMethod]
    public void Intervals_hold_the_true_value_as_often_as_they_say()
    {
        const double area = 0.7602499389065233;
        var random = new Random(1);
        var bootstrap = new Bootstrap { ResampleCount = 400 };
        var held = 0;
        for (var round = 0; round < 400; round++)
        {
            var metrics = new DetectionMetrics(Normal(80, 0), Normal(60, 1));
            var interval = bootstrap.Intervals(metrics, resampled => resampled.AreaUnderRocCurve).Single();
            held += interval.Lower <= area && area <= interval.Upper ? 1 : 0;
        }

        Assert.AreEqual(0.95, held / 400.0, 4 * Math.Sqrt(0.95 * 0.05 / 400));

        float[] Normal(int count, double mean) => [.. Enumerable.Range(0, count).Select(_ => (float)(mean + Gaussian()))];

        double Gaussian() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }

    [TestMethod]
    public void Resamples_weigh_rows_and_not_distinct_scores()
    {
        // 1 of 1000 clean rows beats the attacked one, hidden among ties.
        var metrics = new DetectionMetrics([.. Enumerable.Repeat(0f, 999), 2], [1]);
        var interval = new Bootstrap { Level = 0.99 }.Intervals(metrics, resampled => resampled.AreaUnderRocCurve).Single();
        Assert.IsGreaterThan(0.99, interval.Lower);
        Assert.AreEqual(1, interval.Upper);
    }

    [TestMethod]
    public void Equal_seeds_give_equal_intervals_and_others_do_not()
    {
        var random = new Random(2);
        var metrics = new DetectionMetrics(
            Enumerable.Range(0, 60).Select(_ => random.NextSingle()), Enumerable.Range(0, 60).Select(_ => random.NextSingle() + 0.2f));
        ConfidenceInterval Area(int seed) => new Bootstrap { Seed = seed }.Intervals(metrics, resampled => resampled.AreaUnderRocCurve).Single();
        Assert.AreEqual(Area(5), Area(5));
        Assert.AreNotEqual(Area(5), Area(6));
    }

    [TestMethod]
    public void Options_out_of_their_range_are_refused()
    {
        Assert.Contains("at least 1 resample", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Bootstrap { ResampleCount = 0 }).Message);
        foreach (var level in new[] { 0, 1, -0.5, double.NaN })
        {
            Assert.Contains("between 0 and 1", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Bootstrap { Level = level }).Message);
        }

        Assert.AreEqual((1000, 0.95, 1), (new Bootstrap().ResampleCount, new Bootstrap().Level, new Bootstrap().Seed));
    }
}
