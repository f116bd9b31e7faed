using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Transforms;

[TestClass]
public sealed class AdversarialDetectionTests
{
    private readonly MLContext _ml = new(seed: 1);

    /// <summary>A score's p-value is the share of calibration rows, itself counted in, that look at least as suspicious.</summary>
    [TestMethod]
    [DataRow(float.NegativeInfinity, 1.0, false)]
    [DataRow(0.5f, 1.0, false)]
    [DataRow(1f, 1.0, false)]
    [DataRow(1.5f, 0.95, false)]
    [DataRow(18f, 0.15, false)]
    [DataRow(18.5f, 0.1, true)]
    [DataRow(19f, 0.1, true)]
    [DataRow(20f, 0.05, true)]
    [DataRow(float.PositiveInfinity, 0.05, true)]
    [DataRow(float.NaN, 0.05, true)]
    public void P_values_count_calibration_rows(float score, double pValue, bool isFlagged)
    {
        var transformer = Detection(0.1).Fit(Scores(Enumerable.Range(1, 19).Select(i => (float)i)));

        var flagged = transformer.Transform(Scores([score]));

        Assert.AreEqual((float)pValue, flagged.GetColumn<float>("PValue").Single());
        Assert.AreEqual(isFlagged, flagged.GetColumn<bool>("IsAdversarial").Single());
        Assert.AreEqual((19, 0.1), (transformer.CalibrationCount, transformer.FalsePositiveRate));
        Assert.AreEqual(new DetectorThreshold("Suspicion", null, 19, 18), transformer.Thresholds.Single());
    }

    [TestMethod]
    [DataRow(0.01, 99)]
    [DataRow(0.05, 19)]
    [DataRow(0.3, 3)]
    public void Too_few_calibration_rows_are_refused(double rate, int enough)
    {
        Assert.AreEqual(enough, Detection(rate).Fit(Scores(new float[enough])).CalibrationCount);
        Failures.Require<ArgumentException>(
            () => Detection(rate).Fit(Scores(new float[enough - 1])), $"Expected at least {enough} calibration rows", $"got {enough - 1}");
    }

    /// <summary>What is equal to all calibration rows is not suspicious, however many there are; the log says so.</summary>
    [TestMethod]
    public void Constant_scores_flag_only_what_is_higher()
    {
        List<string> warnings = [];
        _ml.Log += (_, log) => warnings.AddRange(log.Kind == Runtime.ChannelMessageKind.Warning ? [log.Message] : []);

        var transformer = Detection(0.01).Fit(Scores(new float[150]));

        var flags = transformer.Transform(Scores([-1, 0, float.Epsilon])).GetColumn<bool>("IsAdversarial").ToArray();
        CollectionAssert.AreEqual(new[] { false, false, true }, flags);
        Assert.AreEqual(0, transformer.Thresholds.Single().Threshold);
        Assert.Contains("Column 'Suspicion': all 150 calibration scores are 0. Only higher ones can be flagged.", warnings.Single());
    }

    [TestMethod]
    public void No_calibration_rows_are_refused()
    {
        var none = _ml.Data.FilterRowsByColumn(Scores([1]), "Suspicion", lowerBound: 2);
        Failures.Require<ArgumentException>(() => Detection(0.1).Fit(none), "Expected at least one calibration score, got none");
    }

    [TestMethod]
    public void A_calibration_score_of_NaN_names_its_row()
    {
        var scores = new float[30];
        scores[12] = float.NaN;
        Failures.Require<ArgumentException>(() => Detection(0.1).Fit(Scores(scores)), "Calibration row 12, column 'Suspicion': expected a score, got NaN");
    }

    [TestMethod]
    [DataRow(0.0)]
    [DataRow(1.0)]
    [DataRow(-0.1)]
    [DataRow(double.NaN)]
    public void A_rate_outside_its_range_is_refused_at_once(double rate) =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Detection(rate));

    [TestMethod]
    public void A_missing_or_unsuitable_column_is_named()
    {
        var data = Fruit.Load(_ml, 30, seed: 1);
        var shape = SchemaShape.Create(data.Schema);
        Failures.Require<ArgumentException>(
            () => _ml.Transforms.AdversarialDetection("FisherTrace").Fit(data), "expected a column 'FisherTrace', got Id");
        Failures.Require<ArgumentException>(
            () => _ml.Transforms.AdversarialDetection("FisherTrace").GetOutputSchema(shape), "expected a column 'FisherTrace'");
        Failures.Require<ArgumentException>(
            () => _ml.Transforms.AdversarialDetection("Features").Fit(data), "Column 'Features': expected a Single");
        Failures.Require<ArgumentException>(
            () => _ml.Transforms.AdversarialDetection("Kind").GetOutputSchema(shape), "Column 'Kind': expected a Single");
        var fitted = Detection(0.1).Fit(Scores(new float[20]));
        Failures.Require<ArgumentException>(() => fitted.Transform(data), "expected a column 'Suspicion', got Id");
    }

    /// <summary>Flags of held-out clean rows: at most at the promised rate, here within four standard deviations of it.</summary>
    [TestMethod]
    [DataRow(0.05)]
    [DataRow(0.2)]
    public void Clean_rows_are_flagged_at_most_at_the_promised_rate(double rate)
    {
        var scorer = Fruit.Labels(_ml).Append(Fruit.Trainer(_ml)).Append(_ml.Transforms.FisherTrace()).Fit(Fruit.Load(_ml, 240, seed: 1));
        var model = scorer.Append(
            _ml.Transforms.AdversarialDetection("FisherTrace", rate).Fit(scorer.Transform(Fruit.Load(_ml, 1000, seed: 2))));

        var flags = model.Transform(Fruit.Load(_ml, 1000, seed: 3)).GetColumn<bool>("IsAdversarial").Average(flag => flag ? 1.0 : 0.0);

        var deviation = Math.Sqrt(2 * rate * (1 - rate) / 1000);
        Assert.AreEqual(rate, flags, 4 * deviation);
    }

    /// <summary>Rows of another kind, whose labels the network cannot be sure of, are flagged more often.</summary>
    [TestMethod]
    public void Rows_of_another_kind_are_flagged_more_often()
    {
        var scorer = Fruit.Labels(_ml).Append(Fruit.Trainer(_ml)).Append(_ml.Transforms.FisherTrace()).Fit(Fruit.Load(_ml, 240, seed: 1));
        var model = scorer.Append(
            _ml.Transforms.AdversarialDetection("FisherTrace", 0.05).Fit(scorer.Transform(Fruit.Load(_ml, 300, seed: 2))));
        var mixed = FruitRow.Create(300, seed: 3);
        foreach (var row in mixed)
            row.Features = [.. row.Features.Select(value => 0.5f + (0.2f * (value - 0.5f)))];

        Assert.IsGreaterThan(
            0.3, model.Transform(_ml.Data.LoadFromEnumerable(mixed)).GetColumn<bool>("IsAdversarial").Average(flag => flag ? 1.0 : 0.0));
    }

    private AdversarialDetectionEstimator Detection(double rate) => _ml.Transforms.AdversarialDetection("Suspicion", rate);

    private IDataView Scores(IEnumerable<float> scores) =>
        _ml.Data.LoadFromEnumerable(scores.Select(score => new Scored { Suspicion = score }).ToArray());

    private sealed class Scored
    {
        public float Suspicion { get; set; }
    }
}
