using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Evaluation;

[TestClass]
public sealed class EvaluateDetectionTests
{
    private static readonly string[] Both = ["First", "Second"];
    private static readonly JudgedRow[] Clean = JudgedRow.Create(200, seed: 1);
    private static readonly JudgedRow[] Weak = JudgedRow.Create(150, seed: 2, shift: 0.1f);
    private static readonly JudgedRow[] Strong = JudgedRow.Create(120, seed: 3, shift: 0.6f);
    private static readonly Bootstrap Few = new() { ResampleCount = 50 };

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Every_score_meets_every_attack()
    {
        var evaluation = Evaluate(new() { Bootstrap = Few });

        CollectionAssert.AreEqual(
            new[] { ("First", "weak"), ("First", "strong"), ("Second", "weak"), ("Second", "strong") },
            evaluation.Results.Select(result => (result.ScoreColumnName, result.AttackName)).ToArray());
        var metrics = new DetectionMetrics(Clean.Select(row => row.Second), Strong.Select(row => row.Second));
        var result = evaluation["Second", "strong"];
        Assert.AreEqual((200, 120), (result.Metrics.CleanCount, result.Metrics.AttackedCount));
        Assert.AreEqual(metrics.AreaUnderRocCurve, result.Metrics.AreaUnderRocCurve);
        CollectionAssert.AreEqual(metrics.RocCurve().ToArray(), result.Metrics.RocCurve().ToArray());
        var intervals = Few.Intervals(
            metrics, m => m.AreaUnderRocCurve, m => m.AreaUnderPrecisionRecallCurve, m => m.TruePositiveRateAt1Percent, m => m.TruePositiveRateAt5Percent);
        Assert.AreEqual(new(intervals[0], intervals[1], intervals[2], intervals[3]), result.Intervals);
        var (lower, upper) = result.Intervals.AreaUnderRocCurve;
        Assert.IsTrue(lower < metrics.AreaUnderRocCurve && metrics.AreaUnderRocCurve < upper);
        Assert.AreEqual((null, null), (result.Threshold, result.AtThreshold));
        Assert.Contains(
            "of the attacks weak, strong, got 'First' and 'other'", Assert.ThrowsExactly<KeyNotFoundException>(() => evaluation["First", "other"]).Message);
    }

    [TestMethod]
    public void Thresholds_are_calibrated_on_other_rows()
    {
        var calibration = JudgedRow.Create(99, seed: 4);
        var result = Evaluate(new() { CalibrationRows = Load(calibration), FalsePositiveRate = 0.1, Bootstrap = Few })["First", "strong"];

        var threshold = new ConformalCalibration(calibration.Select(row => row.First)).Threshold(0.1);
        Assert.AreEqual(threshold, result.Threshold);
        Assert.AreEqual(Clean.Average(row => row.First > threshold ? 1.0 : 0), result.AtThreshold!.FalsePositiveRate, 1e-15);
        Assert.AreEqual(Strong.Average(row => row.First > threshold ? 1.0 : 0), result.AtThreshold.TruePositiveRate, 1e-15);
        var (lower, upper) = result.AtThreshold.FalsePositiveRateInterval;
        Assert.IsTrue(lower < result.AtThreshold.FalsePositiveRate && result.AtThreshold.FalsePositiveRate < upper);
    }

    [TestMethod]
    public void Only_rows_that_succeeded_count_where_that_is_asked()
    {
        JudgedRow[] some = [.. JudgedRow.Create(90, seed: 5)];
        for (var row = 0; row < some.Length; row++)
            some[row].AttackSucceeded = row % 2 == 0;
        var none = JudgedRow.Create(10, seed: 6);
        foreach (var row in none)
            row.AttackSucceeded = false;
        var attacked = new Dictionary<string, IDataView> { ["none"] = Load(none), ["some"] = Load(some) };

        var all = _ml.MulticlassClassification.EvaluateDetection(Load(Clean), attacked, Both, new() { Bootstrap = Few });
        var succeeded = _ml.MulticlassClassification.EvaluateDetection(
            Load(Clean), attacked, Both, new() { SucceededColumnName = "AttackSucceeded", Bootstrap = Few });

        Assert.AreEqual((90, 10, 0), (all["First", "some"].Metrics.AttackedCount, all["First", "none"].Metrics.AttackedCount, all.AttacksWithoutRows.Count));
        var expected = new DetectionMetrics(Clean.Select(row => row.First), some.Where(row => row.AttackSucceeded).Select(row => row.First));
        Assert.AreEqual(expected.AreaUnderRocCurve, succeeded["First", "some"].Metrics.AreaUnderRocCurve);
        Assert.AreEqual(45, succeeded["First", "some"].Metrics.AttackedCount);
        CollectionAssert.AreEqual(new[] { "none" }, succeeded.AttacksWithoutRows.ToArray());
        Assert.HasCount(2, succeeded.Results);
    }

    [TestMethod]
    public void The_flag_of_the_pipeline_is_judged()
    {
        JudgedRow[] clean = [.. JudgedRow.Create(200, seed: 1)];
        for (var row = 0; row < 5; row++)
            clean[row].IsAdversarial = true;
        JudgedRow[] attacked = [.. JudgedRow.Create(40, seed: 2)];
        for (var row = 0; row < 30; row++)
            attacked[row].IsAdversarial = true;
        var unflagged = _ml.Transforms.DropColumns("IsAdversarial").Fit(Load(Weak)).Transform(Load(Weak));
        var views = new Dictionary<string, IDataView> { ["one"] = Load(attacked), ["unflagged"] = unflagged };

        var flags = _ml.BinaryClassification.EvaluateDetection(Load(clean), views, Both, new() { Bootstrap = Few }).Flags;

        Assert.AreEqual((0.025, 0.75), (flags["one"].FalsePositiveRate, flags["one"].TruePositiveRate));
        Assert.IsTrue(flags["one"].TruePositiveRateInterval is { Lower: > 0.5 and < 0.75, Upper: > 0.75 and < 0.95 });
        CollectionAssert.AreEqual(new[] { "one" }, flags.Keys.ToArray(), "a view without the flag has no rates of it");
    }

    /// <summary>Reading an attacked view may mean to attack: it must happen once.</summary>
    [TestMethod]
    public void Every_view_is_read_once()
    {
        var reads = 0;
        IEnumerable<JudgedRow> Counted(JudgedRow[] rows)
        {
            reads++;
            foreach (var row in rows)
                yield return row;
        }

        var view = _ml.Data.LoadFromEnumerable(Counted(Strong));
        _ml.AnomalyDetection.EvaluateDetection(
            Load(Clean), new Dictionary<string, IDataView> { ["strong"] = view }, Both, new() { SucceededColumnName = "AttackSucceeded", Bootstrap = Few });
        Assert.AreEqual(1, reads);
    }

    /// <summary>The way of users: attack, put the adversarial features in place of the features, and score them like any others.</summary>
    [TestMethod]
    public void A_chain_is_judged_by_an_attack_on_itself()
    {
        var scorer = Fruit.Labels(_ml).Append(Fruit.Trainer(_ml)).Append(_ml.Transforms.FisherTrace()).Fit(Fruit.Load(_ml, 240, seed: 1));
        var model = scorer.Append(
            _ml.Transforms.AdversarialDetection("FisherTrace", 0.1).Fit(scorer.Transform(Fruit.Load(_ml, 300, seed: 2))));
        var clean = model.Transform(Fruit.Load(_ml, 300, seed: 3));
        var attack = _ml.Transforms.AdversarialAttack(scorer, new ProjectedGradientDescent(Norm.LInfinity, 0.25) { Steps = 5 })
            .Append(_ml.Transforms.CopyColumns("Features", "AdversarialFeatures"));
        var attacked = model.Transform(attack.Fit(clean).Transform(clean));

        var evaluation = _ml.MulticlassClassification.EvaluateDetection(
            clean, new Dictionary<string, IDataView> { ["PGD"] = attacked }, ["FisherTrace"],
            new() { SucceededColumnName = "AttackSucceeded", Bootstrap = Few });

        var succeeded = attacked.GetColumn<bool>("AttackSucceeded").ToArray();
        var expected = new DetectionMetrics(
            clean.GetColumn<float>("FisherTrace"), attacked.GetColumn<float>("FisherTrace").Where((_, row) => succeeded[row]));
        Assert.AreEqual(expected.AreaUnderRocCurve, evaluation["FisherTrace", "PGD"].Metrics.AreaUnderRocCurve);
        Assert.AreEqual(succeeded.Count(yes => yes), evaluation["FisherTrace", "PGD"].Metrics.AttackedCount);
        Assert.IsGreaterThan(0.5, expected.AreaUnderRocCurve);
        Assert.AreEqual(0.1, evaluation.Flags["PGD"].FalsePositiveRate, 4 * Math.Sqrt(2 * 0.1 * 0.9 / 300));
        var flagged = attacked.GetColumn<bool>("IsAdversarial").Where((_, row) => succeeded[row]).Average(flag => flag ? 1.0 : 0);
        Assert.AreEqual(flagged, evaluation.Flags["PGD"].TruePositiveRate, 1e-12);
    }

    [TestMethod]
    public void NaN_is_the_most_suspicious()
    {
        var attacked = new Dictionary<string, IDataView> { ["broken"] = Load([new() { First = float.NaN }]) };
        var evaluation = _ml.MulticlassClassification.EvaluateDetection(Load(Clean), attacked, Both, new() { Bootstrap = Few });
        Assert.AreEqual(1, evaluation["First", "broken"].Metrics.AreaUnderRocCurve);
    }

    [TestMethod]
    public void What_cannot_be_measured_is_refused()
    {
        var catalog = _ml.MulticlassClassification;
        var attacked = new Dictionary<string, IDataView> { ["weak"] = Load(Weak) };
        Failures.Require<ArgumentException>(() => catalog.EvaluateDetection(Load(Clean), attacked, []), "at least one score column");
        Failures.Require<ArgumentException>(() => catalog.EvaluateDetection(Load(Clean), attacked, ["Third"]), "EvaluateDetection, clean rows: expected a column 'Third'");
        Failures.Require<ArgumentException>(() => catalog.EvaluateDetection(Load(Clean), attacked, ["Kind"]), "Column 'Kind': expected a Single");
        Failures.Require<ArgumentException>(
            () => catalog.EvaluateDetection(Load(Clean), attacked, Both, new() { SucceededColumnName = "First" }), "Column 'First': expected a Boolean");
        Failures.Require<ArgumentException>(
            () => catalog.EvaluateDetection(Load(Clean), attacked, Both, new() { SucceededColumnName = "Absent" }),
            "EvaluateDetection, attack 'weak': expected a column 'Absent'");
        Failures.Require<ArgumentException>(
            () => catalog.EvaluateDetection(Load(Clean), attacked, Both, new() { FlagColumnName = "Second" }), "Column 'Second': expected a Boolean");
        Failures.Require<ArgumentException>(
            () => catalog.EvaluateDetection(Load(Clean), attacked, Both, new() { CalibrationRows = Load(Weak[..98]) }),
            "Expected at least 99 calibration rows", "got 98");
        Failures.Require<ArgumentException>(
            () => catalog.EvaluateDetection(Load(Clean), attacked, Both, new() { CalibrationRows = Load([new(), new() { Second = float.NaN }]) }),
            "Calibration row 1, column 'Second': expected a score, got NaN");
        var none = _ml.Data.FilterRowsByColumn(Load(Clean), "First", lowerBound: 99);
        Failures.Require<ArgumentException>(() => catalog.EvaluateDetection(none, attacked, Both), "at least one clean row");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new DetectionEvaluationOptions { FalsePositiveRate = 1 });
    }

    private DetectionEvaluation Evaluate(DetectionEvaluationOptions options) => _ml.MulticlassClassification.EvaluateDetection(
        Load(Clean), new Dictionary<string, IDataView> { ["weak"] = Load(Weak), ["strong"] = Load(Strong) }, Both, options);

    private IDataView Load(JudgedRow[] rows) => _ml.Data.LoadFromEnumerable(rows);
}
