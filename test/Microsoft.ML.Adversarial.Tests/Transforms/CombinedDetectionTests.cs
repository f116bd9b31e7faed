using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Detectors.Combinations;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>Detection by several scores, and per predicted class.</summary>
[TestClass]
public sealed class CombinedDetectionTests
{
    private static readonly string[] Both = ["First", "Second"];
    private static readonly JudgedRow[] Clean = JudgedRow.Create(300, seed: 1);
    private static readonly JudgedRow[] Test = JudgedRow.Create(120, seed: 2, shift: 0.2f);

    private readonly MLContext _ml = new(seed: 1);

    private static IEnumerable<object[]> Combinations => [[PValueCombination.Fisher], [PValueCombination.Simes]];

    [TestMethod]
    [DynamicData(nameof(Combinations))]
    public void The_columns_are_those_of_the_core(PValueCombination combination)
    {
        var transformer = _ml.Transforms.AdversarialDetection(Both, combination, 0.05).Fit(Load(Clean));
        var view = transformer.Transform(Load(Test));
        var expected = new ConformalCombination(Columns(Clean), combination);

        var pValue = view.GetColumn<float>("PValue").ToArray();
        var pValues = view.GetColumn<float[]>("PValues").ToArray();
        var flags = view.GetColumn<bool>("IsAdversarial").ToArray();

        var own = new double[2];
        for (var row = 0; row < Test.Length; row++)
        {
            var combined = expected.PValue(Test[row].Scores, own);
            Assert.AreEqual((float)combined, pValue[row]);
            Assert.AreEqual(combined <= 0.05, flags[row]);
            CollectionAssert.AreEqual(own.Select(p => (float)p).ToArray(), pValues[row]);
        }

        Assert.IsGreaterThan(5, flags.Count(flag => flag));
        VBuffer<ReadOnlyMemory<char>> slots = default;
        view.Schema["PValues"].GetSlotNames(ref slots);
        CollectionAssert.AreEqual(Both, slots.DenseValues().Select(name => name.ToString()).ToArray());
        CollectionAssert.AreEqual(
            new DetectorThreshold[]
            {
                new("First", null, 300, expected.Detectors[0].Threshold(0.05)), new("Second", null, 300, expected.Detectors[1].Threshold(0.05)),
            },
            transformer.Thresholds.ToArray());
    }

    [TestMethod]
    public void Per_class_every_class_has_its_own_calibration()
    {
        var transformer = _ml.Transforms.AdversarialDetection(Both, PValueCombination.Fisher, 0.05, "PredictedLabel").Fit(Load(Clean));
        var pValue = transformer.Transform(Load(Test)).GetColumn<float>("PValue").ToArray();

        foreach (var kind in new[] { "cat", "dog", "eel" })
        {
            var expected = new ConformalCombination(Columns([.. Clean.Where(row => row.Kind == kind)]), PValueCombination.Fisher);
            for (var row = 0; row < Test.Length; row++)
            {
                if (Test[row].Kind == kind)
                    Assert.AreEqual((float)expected.PValue(Test[row].Scores), pValue[row]);
            }

            Assert.AreEqual(
                new("Second", kind, 100, expected.Detectors[1].Threshold(0.05)),
                transformer.Thresholds.Single(threshold => threshold.ScoreColumnName == "Second" && threshold.PredictedLabel == kind));
        }

        Assert.HasCount(6, transformer.Thresholds);
    }

    /// <summary>Two views may have met the classes in different orders.</summary>
    [TestMethod]
    public void Classes_are_matched_by_their_value()
    {
        var transformer = _ml.Transforms.AdversarialDetection("First", "PredictedLabel", 0.05).Fit(Load(Clean));
        JudgedRow[] reversed = [.. Test.Reverse()];
        var expected = transformer.Transform(Load(Test)).GetColumn<float>("PValue").Reverse().ToArray();

        CollectionAssert.AreEqual(expected, transformer.Transform(Load(reversed, learnFrom: reversed)).GetColumn<float>("PValue").ToArray());
    }

    [TestMethod]
    public void Per_class_of_a_Boolean()
    {
        var transformer = _ml.Transforms.AdversarialDetection("First", "IsCat", 0.05).Fit(Load(Clean));
        var pValue = transformer.Transform(Load(Test)).GetColumn<float>("PValue").ToArray();

        var cats = new ConformalCalibration(Clean.Where(row => row.IsCat).Select(row => row.First));
        Assert.AreEqual((float)cats.PValue(Test[0].First), pValue[0]);
        CollectionAssert.AreEqual(
            new[] { (200, "false"), (100, "true") },
            transformer.Thresholds.Select(threshold => (threshold.CalibrationCount, threshold.PredictedLabel!)).ToArray());
    }

    [TestMethod]
    public void A_class_never_seen_is_never_flagged_and_a_missing_one_is()
    {
        List<string> warnings = [];
        _ml.Log += (_, log) => warnings.AddRange(log.Kind == Runtime.ChannelMessageKind.Warning ? [log.Message] : []);
        JudgedRow[] noEels = [.. Clean.Where(row => row.Kind != "eel")];

        var transformer = _ml.Transforms.AdversarialDetection(Both, PValueCombination.Simes, 0.01, "PredictedLabel").Fit(Load(noEels));
        var flagged = transformer.Transform(Load([new() { First = 99, Second = 99, Kind = "eel" }, new() { Kind = null }]));

        Assert.Contains("No calibration row is predicted as 'eel': rows of this class will never be flagged.", warnings.Single());
        CollectionAssert.AreEqual(new[] { 1f, 1 / 201f }, flagged.GetColumn<float>("PValue").ToArray());
        CollectionAssert.AreEqual(new[] { false, true }, flagged.GetColumn<bool>("IsAdversarial").ToArray());
        Assert.HasCount(4, transformer.Thresholds);
    }

    [TestMethod]
    public void Too_few_rows_of_a_class_name_it()
    {
        JudgedRow[] rows = [.. Clean.Where((row, i) => row.Kind != "dog" || i < 54)];
        Failures.Require<ArgumentException>(
            () => _ml.Transforms.AdversarialDetection("First", "PredictedLabel", 0.05).Fit(Load(rows)),
            "Expected at least 19 calibration rows predicted as 'dog'", "got 18", "calibrate all classes together");
        Assert.AreEqual(218, _ml.Transforms.AdversarialDetection("First", "PredictedLabel", 0.053).Fit(Load(rows)).CalibrationCount);
    }

    [TestMethod]
    public void Rows_that_cannot_calibrate_are_named()
    {
        JudgedRow[] broken = [.. JudgedRow.Create(30, seed: 3)];
        broken[7].Second = float.NaN;
        broken[9].Kind = null;
        Failures.Require<ArgumentException>(
            () => _ml.Transforms.AdversarialDetection(Both, PValueCombination.Fisher, 0.1).Fit(Load(broken)),
            "Calibration row 7, column 'Second': expected a score, got NaN");
        Failures.Require<ArgumentException>(
            () => _ml.Transforms.AdversarialDetection("First", "PredictedLabel", 0.2).Fit(Load(broken)),
            "Calibration row 9, column 'PredictedLabel': expected a predicted class, got a missing value");
    }

    [TestMethod]
    public void A_broken_score_is_flagged()
    {
        var transformer = _ml.Transforms.AdversarialDetection(Both, PValueCombination.Fisher, 0.01).Fit(Load(Clean));
        var view = transformer.Transform(Load([new() { First = float.NaN, Second = -9 }]));
        Assert.IsTrue(view.GetColumn<bool>("IsAdversarial").Single());
        CollectionAssert.AreEqual(new[] { 1 / 301f, 1 }, view.GetColumn<float[]>("PValues").Single());
    }

    [TestMethod]
    public void Columns_that_cannot_be_are_refused()
    {
        var catalog = _ml.Transforms;
        Failures.Require<ArgumentException>(() => catalog.AdversarialDetection([], PValueCombination.Fisher), "at least one score column");
        Failures.Require<ArgumentException>(
            () => catalog.AdversarialDetection(["First", "First"], PValueCombination.Fisher), "Expected different score columns, got First, First");
        Failures.Require<ArgumentException>(
            () => catalog.AdversarialDetection(Both, PValueCombination.Fisher, pValuesColumnName: "PValue"), "Expected different names");
        Failures.Require<ArgumentException>(() => catalog.AdversarialDetection(["First", ""], PValueCombination.Fisher), "column name");
        Failures.Require<ArgumentException>(
            () => catalog.AdversarialDetection(["First", "Kind"], PValueCombination.Fisher).Fit(Load(Clean)), "Column 'Kind': expected a Single");
        Failures.Require<ArgumentException>(
            () => catalog.AdversarialDetection("First", "Second").Fit(Load(Clean)), "Column 'Second': expected a key (multiclass) or a Boolean (binary)");
        Failures.Require<ArgumentException>(
            () => catalog.AdversarialDetection("First", "Second").GetOutputSchema(SchemaShape.Create(Load(Clean).Schema)),
            "Column 'Second': expected a key (multiclass) or a Boolean (binary), got");
        Failures.Require<ArgumentException>(
            () => catalog.AdversarialDetection("First", "Absent").GetOutputSchema(SchemaShape.Create(Load(Clean).Schema)), "expected a column 'Absent'");
    }

    /// <summary>Of held-out clean rows of every class, at most the promised share is flagged, here within four standard deviations.</summary>
    [TestMethod]
    public void In_every_class_clean_rows_are_flagged_at_most_at_the_promised_rate()
    {
        var transformer = _ml.Transforms.AdversarialDetection(Both, PValueCombination.Fisher, 0.05, "PredictedLabel")
            .Fit(Load(JudgedRow.Create(3000, seed: 4)));
        var others = JudgedRow.Create(3000, seed: 5);
        var flags = transformer.Transform(Load(others)).GetColumn<bool>("IsAdversarial").ToArray();
        for (var label = 0; label < 3; label++)
        {
            var rate = flags.Where((_, row) => row % 3 == label).Average(flag => flag ? 1.0 : 0);
            Assert.AreEqual(0.05, rate, 4 * Math.Sqrt(2 * 0.05 * 0.95 / 1000));
        }
    }

    private static float[][] Columns(JudgedRow[] rows) => [[.. rows.Select(row => row.First)], [.. rows.Select(row => row.Second)]];

    // The key of the predicted class knows all kinds, in the order in which they are met.
    private IDataView Load(JudgedRow[] rows, JudgedRow[]? learnFrom = null)
    {
        var labels = _ml.Transforms.Conversion.MapValueToKey("PredictedLabel", "Kind").Fit(_ml.Data.LoadFromEnumerable(learnFrom ?? Clean));
        return labels.Transform(_ml.Data.LoadFromEnumerable(rows));
    }
}
