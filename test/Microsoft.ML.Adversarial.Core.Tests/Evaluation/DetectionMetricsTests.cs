using Microsoft.ML.Adversarial.Detectors;

namespace Microsoft.ML.Adversarial.Evaluation;

[TestClass]
public sealed class DetectionMetricsTests
{
    /// <summary>The example in the documentation of scikit-learn's roc_auc_score, roc_curve and average_precision_score.</summary>
    [TestMethod]
    public void A_published_example()
    {
        var metrics = new DetectionMetrics([0.1f, 0.4f], [0.35f, 0.8f]);
        Assert.AreEqual(0.75, metrics.AreaUnderRocCurve);
        Assert.AreEqual(0.8333333333333333, metrics.AreaUnderPrecisionRecallCurve, 1e-15);
        CollectionAssert.AreEqual(
            new RocPoint[] { new(0, 0, 0.8f), new(0, 0.5, 0.4f), new(0.5, 0.5, 0.35f), new(0.5, 1, 0.1f), new(1, 1, float.NegativeInfinity) },
            metrics.RocCurve().ToArray());
    }

    /// <summary>By hand: pairs won 2 + 1, tied 1 of 6; precision 1 at recall 1/2, 2/4 at recall 1.</summary>
    [TestMethod]
    public void An_example_with_ties()
    {
        var metrics = new DetectionMetrics([1, 2, 2], [2, 3]);
        Assert.AreEqual((3 + 1 + (2 * 0.5)) / 6, metrics.AreaUnderRocCurve);
        Assert.AreEqual((0.5 * 1) + (0.5 * 2 / 4), metrics.AreaUnderPrecisionRecallCurve);
        Assert.AreEqual(0.5, metrics.TruePositiveRateAt1Percent);
        Assert.AreEqual(0.5, metrics.TruePositiveRateAt(0.66));
        Assert.AreEqual(1, metrics.TruePositiveRateAt(2 / 3.0));
        Assert.AreEqual((3, 2), (metrics.CleanCount, metrics.AttackedCount));
    }

    [TestMethod]
    public void Metrics_are_those_of_their_definitions()
    {
        var random = new Random(1);
        for (var round = 0; round < 400; round++)
        {
            var (clean, attacked) = (Scores(random), Scores(random));
            var metrics = new DetectionMetrics(clean, attacked);

            Assert.AreEqual(NaiveArea(clean, attacked), metrics.AreaUnderRocCurve, 1e-15);
            Assert.AreEqual(NaivePrecision(clean, attacked), metrics.AreaUnderPrecisionRecallCurve, 1e-13);
            Assert.AreEqual(NaiveRate(clean, attacked, 0.01), metrics.TruePositiveRateAt1Percent);
            Assert.AreEqual(NaiveRate(clean, attacked, 0.05), metrics.TruePositiveRateAt5Percent);
            foreach (var rate in new[] { 0, 0.07, 0.29, 0.5, 0.99, 1 })
            {
                Assert.AreEqual(NaiveRate(clean, attacked, rate), metrics.TruePositiveRateAt(rate));
            }

            var threshold = clean[0];
            if (!float.IsNaN(threshold))
            {
                Assert.AreEqual(clean.Average(score => !(score <= threshold) ? 1.0 : 0), metrics.FalsePositiveRateAbove(threshold), 1e-15);
                Assert.AreEqual(attacked.Average(score => !(score <= threshold) ? 1.0 : 0), metrics.TruePositiveRateAbove(threshold), 1e-15);
            }
        }
    }

    [TestMethod]
    public void Only_the_order_of_scores_matters()
    {
        var random = new Random(2);
        for (var round = 0; round < 50; round++)
        {
            var (clean, attacked) = (Scores(random), Scores(random));
            var metrics = new DetectionMetrics(clean, attacked);
            var mapped = new DetectionMetrics(clean.Select(Map), attacked.Select(Map));
            var shuffled = new DetectionMetrics(clean.Reverse(), attacked.Reverse());
            foreach (var other in new[] { mapped, shuffled })
            {
                Assert.AreEqual(metrics.AreaUnderRocCurve, other.AreaUnderRocCurve);
                Assert.AreEqual(metrics.AreaUnderPrecisionRecallCurve, other.AreaUnderPrecisionRecallCurve);
                Assert.AreEqual(metrics.TruePositiveRateAt5Percent, other.TruePositiveRateAt5Percent);
            }

            Assert.AreEqual(1 - metrics.AreaUnderRocCurve, new DetectionMetrics(attacked, clean).AreaUnderRocCurve, 1e-15);
        }

        static float Map(float score) => MathF.Atan(score) - 7;
    }

    [TestMethod]
    public void Signed_zeros_are_equal()
    {
        var metrics = new DetectionMetrics([0f, -0f], [-0f, 0f]);
        Assert.AreEqual(0.5, metrics.AreaUnderRocCurve);
        Assert.HasCount(2, metrics.RocCurve());
    }

    [TestMethod]
    public void NaN_is_the_most_suspicious()
    {
        Assert.AreEqual(1, new DetectionMetrics([1, float.PositiveInfinity], [float.NaN]).AreaUnderRocCurve);
        Assert.AreEqual(0, new DetectionMetrics([float.NaN], [1, float.PositiveInfinity]).AreaUnderRocCurve);
        Assert.AreEqual(0.5, new DetectionMetrics([float.NaN], [float.NaN]).AreaUnderRocCurve);
        Assert.AreEqual((0.5, 1), Above(new([1, float.NaN], [float.NaN]), float.PositiveInfinity));
        static (double, double) Above(DetectionMetrics metrics, float threshold) =>
            (metrics.FalsePositiveRateAbove(threshold), metrics.TruePositiveRateAbove(threshold));
    }

    [TestMethod]
    public void The_curve_is_the_one_that_its_thresholds_draw()
    {
        var random = new Random(3);
        for (var round = 0; round < 300; round++)
        {
            var (clean, attacked) = (Scores(random), Scores(random));
            var metrics = new DetectionMetrics(clean, attacked);
            var curve = metrics.RocCurve();

            Assert.AreEqual((0.0, 0.0), (curve[0].FalsePositiveRate, curve[0].TruePositiveRate));
            Assert.AreEqual((1.0, 1.0), (curve[^1].FalsePositiveRate, curve[^1].TruePositiveRate));
            Assert.AreEqual(clean.Concat(attacked).Any(float.IsNaN), float.IsNaN(curve[0].Threshold));
            Assert.AreEqual(clean.Concat(attacked).Any(float.IsNegativeInfinity), float.IsNaN(curve[^1].Threshold));
            var area = 0.0;
            for (var i = 0; i < curve.Count; i++)
            {
                if (!float.IsNaN(curve[i].Threshold))
                {
                    Assert.AreEqual(curve[i].FalsePositiveRate, metrics.FalsePositiveRateAbove(curve[i].Threshold));
                    Assert.AreEqual(curve[i].TruePositiveRate, metrics.TruePositiveRateAbove(curve[i].Threshold));
                }

                if (i > 0)
                {
                    var (x, y) = Step(curve[i - 1], curve[i]);
                    Assert.IsTrue(x >= 0 && y >= 0 && x + y > 0);
                    area += x * (curve[i].TruePositiveRate + curve[i - 1].TruePositiveRate) / 2;
                }

                if (i > 1)
                {
                    var ((x1, y1), (x2, y2)) = (Step(curve[i - 2], curve[i - 1]), Step(curve[i - 1], curve[i]));
                    Assert.IsGreaterThan(1e-9, Math.Abs((x1 * y2) - (x2 * y1)), "a point on a straight line");
                }
            }

            Assert.AreEqual(metrics.AreaUnderRocCurve, area, 1e-12);
        }

        static (double X, double Y) Step(RocPoint from, RocPoint to) =>
            (to.FalsePositiveRate - from.FalsePositiveRate, to.TruePositiveRate - from.TruePositiveRate);
    }

    [TestMethod]
    public void A_calibrated_threshold_flags_what_its_p_values_flag()
    {
        var random = new Random(4);
        var (calibration, heldOut, attacked) = (Scores(random, 400), Scores(random, 300), Scores(random, 200));
        var fitted = new ConformalCalibration(calibration.Where(score => !float.IsNaN(score)));
        var metrics = new DetectionMetrics(heldOut, attacked);
        var threshold = fitted.Threshold(0.3);
        Assert.AreEqual(heldOut.Count(score => fitted.PValue(score) <= 0.3) / 300.0, metrics.FalsePositiveRateAbove(threshold));
        Assert.AreEqual(attacked.Count(score => fitted.PValue(score) <= 0.3) / 200.0, metrics.TruePositiveRateAbove(threshold));
    }

    [TestMethod]
    public void What_cannot_be_measured_is_refused()
    {
        Assert.Contains("at least one clean row", Assert.ThrowsExactly<ArgumentException>(() => new DetectionMetrics([], [1])).Message);
        Assert.Contains("at least one attacked row", Assert.ThrowsExactly<ArgumentException>(() => new DetectionMetrics([1], [])).Message);
        var metrics = new DetectionMetrics([1], [2]);
        Assert.ThrowsExactly<ArgumentException>(() => metrics.FalsePositiveRateAbove(float.NaN));
        foreach (var rate in new[] { -0.1, 1.1, double.NaN })
        {
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => metrics.TruePositiveRateAt(rate));
        }
    }

    // Few values, so that there are ties; infinities and NaN among them, but not always.
    private static float[] Scores(Random random, int? count = null)
    {
        float[] finite = [.. Enumerable.Range(-4, 9).Select(i => i / 2f)];
        float[] all = [.. finite, float.NegativeInfinity, float.PositiveInfinity, float.NaN];
        return random.GetItems(random.Next(2) == 0 ? all : finite, count ?? random.Next(1, 40));
    }

    private static bool IsHigher(float score, float other) => float.IsNaN(score) ? !float.IsNaN(other) : score > other;

    private static double NaiveArea(float[] clean, float[] attacked) => attacked
        .SelectMany(a => clean.Select(c => IsHigher(a, c) ? 1 : IsHigher(c, a) ? 0 : 0.5))
        .Average();

    private static double NaivePrecision(float[] clean, float[] attacked) => attacked.Average(a =>
    {
        var hits = attacked.Count(other => !IsHigher(a, other));
        return hits / (double)(hits + clean.Count(other => !IsHigher(a, other)));
    });

    // Every set of rows that some threshold can flag, from which the most attacked ones at an allowed share of clean ones.
    private static double NaiveRate(float[] clean, float[] attacked, double rate)
    {
        var best = 0.0;
        foreach (var last in clean.Concat(attacked))
        {
            if (clean.Count(c => !IsHigher(last, c)) / (double)clean.Length <= rate)
            {
                best = Math.Max(best, attacked.Count(a => !IsHigher(last, a)) / (double)attacked.Length);
            }
        }

        return best;
    }
}
