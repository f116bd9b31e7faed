using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>Detectors on the scores of classifiers of all kinds.</summary>
[TestClass]
public sealed class OutputDetectorScoreTests
{
    private static readonly Lazy<FittedFruit> Shared = new(() => new FittedFruit());

    private static readonly (LogitDetector Detector, Func<double[], double> OfProbabilities)[] Definitions =
    [
        (new MaximumSoftmaxProbability(), p => 1 - p.Max()),
        (new LogitMargin(), p => Math.Log(p.OrderDescending().ElementAt(1)) - Math.Log(p.Max())),
        (new PredictiveEntropy(), p => -p.Sum(share => share * Math.Log(share))),
    ];

    private static FittedFruit Fruit => Shared.Value;

    private static MLContext Ml => Shared.Value.Ml;

    [TestMethod]
    [DataRow("maximum entropy", ScoreValues.Probabilities)]
    [DataRow("one versus all", ScoreValues.Probabilities)]
    [DataRow("trees", ScoreValues.Probabilities)]
    [DataRow("not calibrated", ScoreValues.Logits)]
    [DataRow("naive Bayes", ScoreValues.Logits)]
    public void Any_multiclass_trainer_will_do(string name, ScoreValues expected)
    {
        var trainers = Ml.MulticlassClassification.Trainers;
        IEstimator<ITransformer> trainer = name switch
        {
            "maximum entropy" => trainers.LbfgsMaximumEntropy(),
            "one versus all" => trainers.OneVersusAll(Ml.BinaryClassification.Trainers.SdcaLogisticRegression()),
            "trees" => trainers.OneVersusAll(Ml.BinaryClassification.Trainers.FastForest(numberOfTrees: 5, numberOfLeaves: 4)),
            "not calibrated" => trainers.SdcaNonCalibrated(),
            _ => trainers.NaiveBayes(),
        };
        var scored = trainer.Fit(Fruit.Train).Transform(Fruit.Test);
        var scores = scored.GetColumn<float[]>("Score").ToArray();
        foreach (var (detector, definition) in Definitions)
        {
            var fitted = Ml.Transforms.OutputDetectorScore(detector).Fit(scored);

            Assert.AreEqual(expected, fitted.ScoreValues);
            var actual = fitted.Transform(scored).GetColumn<float>(detector.GetType().Name).ToArray();
            for (var row = 0; row < scores.Length; row++)
            {
                var probabilities = expected == ScoreValues.Probabilities ? [.. scores[row].Select(p => (double)p)] : Softmax(scores[row]);
                Assert.AreEqual(definition(probabilities), actual[row], 1e-5 * Math.Max(1, Math.Abs(actual[row])), $"{detector}, row {row}");
            }
        }
    }

    [TestMethod]
    public void Probabilities_and_logits_of_a_network_agree()
    {
        foreach (var (detector, _) in Definitions)
        {
            var ofLogits = Ml.Transforms.OutputDetectorScore(detector, "A", "Logits").Fit(Fruit.Scored);
            var ofScore = Ml.Transforms.OutputDetectorScore(detector, "B").Fit(Fruit.Scored);
            var both = ofScore.Transform(ofLogits.Transform(Fruit.Scored));
            Assert.AreEqual((ScoreValues.Logits, ScoreValues.Probabilities), (ofLogits.ScoreValues, ofScore.ScoreValues));
            Cells.AreEqual([.. both.GetColumn<float>("A")], [.. both.GetColumn<float>("B")], 1e-5f, detector.ToString());

            var onNetwork = Ml.Transforms.DetectorScore(detector, Fruit.Network, "C").Fit(Fruit.Test).Transform(Fruit.Test);
            Cells.AreEqual([.. both.GetColumn<float>("A")], [.. onNetwork.GetColumn<float>("C")], 1e-5f, detector.ToString());
        }
    }

    [TestMethod]
    public void A_binary_classifier_has_one_number()
    {
        var foreign = Ml.BinaryClassification.Trainers.SdcaLogisticRegression("IsApple").Fit(Fruit.Train).Transform(Fruit.Test);
        foreach (var scored in new[] { foreign, Fruit.Binary.Transform(Fruit.Test) })
        {
            var margins = scored.GetColumn<float>("Score").ToArray();
            var ofScore = Column(new MaximumSoftmaxProbability(), scored, "Score", ScoreValues.Logits);
            var ofProbability = Column(new MaximumSoftmaxProbability(), scored, "Probability", ScoreValues.Probabilities);
            var ofMargin = Column(new LogitMargin(), scored, "Score", ScoreValues.Logits);
            for (var row = 0; row < margins.Length; row++)
            {
                Assert.AreEqual(1 / (1 + Math.Exp(Math.Abs(margins[row]))), ofScore[row], 1e-6);
                Assert.AreEqual(-Math.Abs(margins[row]), ofMargin[row], 1e-5);
                Assert.AreEqual(ofScore[row], ofProbability[row], 1e-5);
            }
        }

        static float[] Column(LogitDetector detector, IDataView scored, string column, ScoreValues expected)
        {
            var fitted = Ml.Transforms.OutputDetectorScore(detector, "Output", column).Fit(scored);
            Assert.AreEqual(expected, fitted.ScoreValues);
            return [.. fitted.Transform(scored).GetColumn<float>("Output")];
        }
    }

    [TestMethod]
    public void Energy_refuses_what_has_lost_the_offset()
    {
        Failures.Require<ArgumentException>(
            () => Ml.Transforms.OutputDetectorScore(new Energy()).Fit(Fruit.Scored),
            "Column 'Score': Energy depends on the common offset", "which probabilities cannot tell", "such as the Logits column");
        Failures.Require<ArgumentException>(
            () => Ml.Transforms.OutputDetectorScore(new Energy()).Fit(Fruit.Binary.Transform(Fruit.Test)), "which a single score cannot tell");
        var logits = Fruit.Scored.GetColumn<float[]>("Logits").Select(row => -Math.Log(row.Sum(logit => Math.Exp(logit)))).ToArray();
        var energy = Ml.Transforms.OutputDetectorScore(new Energy(), scoreColumnName: "Logits").Fit(Fruit.Scored).Transform(Fruit.Scored);
        Cells.AreEqual([.. logits.Select(value => (float)value)], [.. energy.GetColumn<float>("Energy")], 1e-5f, "energy");
    }

    [TestMethod]
    public void Zero_probabilities_give_finite_scores_and_impossible_classes_are_left_out()
    {
        var view = View([0, 1, 0], [0.5f, 0.5f, 0], [1e-40f, 1, 0]);
        foreach (var (detector, _) in Definitions)
        {
            var scores = Ml.Transforms.OutputDetectorScore(detector, "Output").Fit(view).Transform(view).GetColumn<float>("Output").ToArray();
            Assert.IsTrue(scores.All(float.IsFinite), $"{detector}");
            Assert.IsTrue(scores[0] < scores[2] && scores[2] < scores[1], $"{detector}: {string.Join(", ", scores)}");
        }

        var logits = View([1, 2, float.NegativeInfinity], [3, 0.5f, 1]);
        var margins = Ml.Transforms.OutputDetectorScore(new LogitMargin(), "Output").Fit(logits).Transform(logits).GetColumn<float>("Output");
        CollectionAssert.AreEqual(new[] { -1f, -2f }, margins.ToArray());
    }

    [TestMethod]
    public void What_a_column_holds_can_be_said()
    {
        var view = View([0.2f, 0.8f, 0]);
        var taken = Ml.Transforms.OutputDetectorScore(new LogitMargin(), "Output", scoreValues: ScoreValues.Logits).Fit(view);
        Assert.AreEqual(-0.6f, taken.Transform(view).GetColumn<float>("Output").Single(), 1e-6f);
    }

    [TestMethod]
    public void Rows_that_are_neither_are_named()
    {
        var estimator = Ml.Transforms.OutputDetectorScore(new LogitMargin(), "Output");
        Failures.Require<ArgumentException>(() => estimator.Fit(View([0.2f, 0.8f, 0], [4, 5, 6])), "in all rows or in none, got both. Say what it holds");
        Failures.Require<ArgumentException>(
            () => estimator.Fit(Ml.Data.FilterRowsByColumn(View([0.2f, 0.8f, 0]), "Id", lowerBound: 5)), "expected rows to tell");

        var probabilities = estimator.Fit(View([0.2f, 0.8f, 0]));
        Failures.Require<InvalidOperationException>(
            () => Cells.Read(probabilities.Transform(View([0.2f, 0.8f, 0], [0.5f, 0.6f, 0.7f])), "Output"),
            "Row 1, column 'Score': expected probabilities that add up to 1, got 0.5, 0.6, 0.7");
        var logits = estimator.Fit(View([1, 2, 3]));
        foreach (var broken in new float[][] { [1, float.NaN, 2], [1, float.PositiveInfinity, 2], [.. Enumerable.Repeat(float.NegativeInfinity, 3)] })
        {
            Failures.Require<InvalidOperationException>(
                () => Cells.Read(logits.Transform(View([1, 2, 3], [1, 2, 3], broken)), "Output"), "Row 2, column 'Score': expected numbers");
        }
    }

    [TestMethod]
    public void Columns_that_hold_no_scores_are_refused()
    {
        foreach (var (column, problem) in new[]
        {
            ("Missing", "expected a column 'Missing'"), ("Label", "Column 'Label': expected the scores of a classifier"),
            ("Kind", "Column 'Kind': expected the scores of a classifier"), ("IsApple", "Column 'IsApple': expected the scores"),
        })
        {
            var estimator = Ml.Transforms.OutputDetectorScore(new LogitMargin(), scoreColumnName: column);
            Failures.Require<ArgumentException>(() => estimator.Fit(Fruit.Scored), problem);
            Failures.Require<ArgumentException>(() => estimator.GetOutputSchema(SchemaShape.Create(Fruit.Scored.Schema)), problem);
        }

        Failures.Require<ArgumentException>(
            () => Ml.Transforms.OutputDetectorScore(new LogitMargin(), scoreColumnName: "Probability").Fit(Fruit.Scored),
            "expected the scores of all classes, got one number of a multiclass classifier");
    }

    private static double[] Softmax(float[] logits)
    {
        var weights = logits.Select(logit => Math.Exp((double)logit - logits.Max())).ToArray();
        return [.. weights.Select(weight => weight / weights.Sum())];
    }

    private static IDataView View(params float[][] scores) => Ml.Data.LoadFromEnumerable(scores.Select((score, id) => new Scored { Id = id, Score = score }));

    private sealed class Scored
    {
        public float Id { get; set; }

        [VectorType(3)]
        public float[] Score { get; set; } = [];
    }
}
