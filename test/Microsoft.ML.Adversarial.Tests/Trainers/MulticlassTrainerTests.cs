using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>The multiclass trainer does all that ML.NET's own trainers do.</summary>
[TestClass]
public sealed class MulticlassTrainerTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Evaluate_finds_separable_classes_separated()
    {
        var model = Fruit.Labels(_ml).Append(Fruit.Trainer(_ml)).Fit(Fruit.Load(_ml, 240, seed: 1));

        var metrics = _ml.MulticlassClassification.Evaluate(model.Transform(Fruit.Load(_ml, 120, seed: 2)));

        Assert.IsGreaterThan(0.95, metrics.MicroAccuracy);
        Assert.IsLessThan(0.3, metrics.LogLoss);
        Assert.HasCount(3, metrics.ConfusionMatrix.Counts);
    }

    [TestMethod]
    public void CrossValidate_evaluates_every_fold()
    {
        var folds = _ml.MulticlassClassification.CrossValidate(Fruit.LoadLabelled(_ml, 240, seed: 1), Fruit.Trainer(_ml), numberOfFolds: 3);

        Assert.HasCount(3, folds);
        foreach (var fold in folds)
            Assert.IsGreaterThan(0.9, fold.Metrics.MicroAccuracy);
    }

    [TestMethod]
    public void Feature_importance_of_the_typed_model()
    {
        var data = ImportanceData();
        var model = Fruit.Trainer(_ml).Fit(data);

        var importance = _ml.MulticlassClassification.PermutationFeatureImportance(model, model.Transform(data));

        Assert.HasCount(3, importance);
        AssertFirstMatters(importance[0].MicroAccuracy.Mean, importance[1].MicroAccuracy.Mean, importance[2].MicroAccuracy.Mean);
    }

    [TestMethod]
    public void Feature_importance_of_a_whole_chain_names_the_features()
    {
        var data = ImportanceData();
        ITransformer model = Fruit.Trainer(_ml).Append(_ml.Transforms.FisherTrace()).Fit(data);

        var importance = _ml.MulticlassClassification.PermutationFeatureImportance(model, model.Transform(data));

        CollectionAssert.AreEquivalent(new[] { "First", "Second", "Third" }, importance.Keys.ToArray());
        AssertFirstMatters(
            importance["First"].MicroAccuracy.Mean, importance["Second"].MicroAccuracy.Mean, importance["Third"].MicroAccuracy.Mean);
    }

    [TestMethod]
    public void Same_context_seed_same_bits()
    {
        Cells.AreEqual(Scores(seed: 7), Scores(seed: 7), tolerance: 0);
        var one = Scores(seed: 7).First().Value;
        var other = Scores(seed: 8).First().Value;
        CollectionAssert.AreNotEqual(one, other);
    }

    [TestMethod]
    [DataRow("Logits")]
    [DataRow("Score")]
    [DataRow("Probability")]
    [DataRow("PredictedLabel")]
    public void Columns_agree_however_few_are_read(string column)
    {
        var data = Fruit.LoadLabelled(_ml, 50, seed: 1);
        var scored = Fruit.Trainer(_ml, epochs: 2).Fit(data).Transform(data);

        var alone = Cells.Read(scored, column);
        var together = Cells.Read(scored, "PredictedLabel", "Score", "Probability", "Logits");

        var start = column switch { "PredictedLabel" => 0, "Score" => 1, "Probability" => 4, _ => 5 };
        foreach (var (id, cells) in together)
            CollectionAssert.AreEqual(cells[start..(start + alone[id].Length)], alone[id]);
    }

    [TestMethod]
    public void Scores_are_the_softmax_of_the_logits()
    {
        var data = Fruit.LoadLabelled(_ml, 60, seed: 1);
        var scored = Fruit.Trainer(_ml, epochs: 3).Fit(data).Transform(data);

        foreach (var cells in Cells.Read(scored, "PredictedLabel", "Score", "Probability", "Logits").Values)
        {
            var (scores, logits) = (cells[1..4], cells[5..8]);
            var sum = logits.Sum(logit => Math.Exp(logit));
            Assert.AreEqual(1, scores.Sum(), 1e-6);
            Assert.AreEqual(scores.Max(), cells[4]);
            Assert.AreEqual(scores[(int)cells[0] - 1], cells[4]);
            for (var i = 0; i < 3; i++)
                Assert.AreEqual(Math.Exp(logits[i]) / sum, scores[i], 1e-6);
        }
    }

    [TestMethod]
    public void Nothing_is_computed_for_columns_nobody_reads()
    {
        var data = Fruit.LoadLabelled(_ml, 60, seed: 1);
        var model = Fruit.Trainer(_ml, epochs: 1).Fit(data);
        using var passes = new ForwardPasses(model.Model);
        var scored = model.Transform(data);

        Cells.Read(scored, "Id", "Features", "Label");
        Assert.AreEqual(0, passes.Count);
        Cells.Read(scored, "Score");
        Assert.AreEqual(4, passes.Count, "1 + 4 + 16 + 39 rows");
    }

    [TestMethod]
    public void Column_names_are_options()
    {
        var options = Fruit.Options(epochs: 1);
        options.LabelColumnName = "TargetLabel";
        options.PredictedLabelColumnName = "P";
        options.ScoreColumnName = "S";
        options.ProbabilityColumnName = "Q";
        options.LogitsColumnName = "L";
        var data = Fruit.LoadLabelled(_ml, 60, seed: 1);

        var scored = _ml.MulticlassClassification.Trainers.NeuralNetwork(options).Fit(data).Transform(data);

        CollectionAssert.AreEqual(
            new[] { "P", "S", "Q", "L" }, scored.Schema.Skip(data.Schema.Count).Select(column => column.Name).ToArray());
        var metrics = _ml.MulticlassClassification.Evaluate(scored, "TargetLabel", "S", "P");
        Assert.IsTrue(double.IsFinite(metrics.LogLoss));
    }

    [TestMethod]
    public void A_prediction_engine_gives_what_a_view_gives()
    {
        var model = Fruit.Labels(_ml).Append(Fruit.Trainer(_ml, epochs: 3)).Append(_ml.Transforms.FisherTrace())
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(Fruit.Load(_ml, 120, seed: 1));
        var rows = FruitRow.Create(40, seed: 2);
        using var engine = _ml.Model.CreatePredictionEngine<FruitRow, Prediction>(model);

        var batched = _ml.Data.CreateEnumerable<Prediction>(
            model.Transform(_ml.Data.LoadFromEnumerable(rows)), reuseRowObject: false, ignoreMissingColumns: true).ToArray();

        Assert.HasCount(40, batched);
        for (var row = 0; row < rows.Length; row++)
        {
            var single = engine.Predict(rows[row]);
            Assert.AreEqual(batched[row].PredictedLabel, single.PredictedLabel);
            Cells.AreEqual(batched[row].Score, single.Score, 1e-5f, $"row {row}");
            Cells.AreEqual([batched[row].FisherTrace], [single.FisherTrace], 1e-5f, $"row {row}");
        }
    }

    private static void AssertFirstMatters(double first, double second, double third)
    {
        Assert.IsLessThan(-0.2, first);
        Assert.AreEqual(0, second, 0.05);
        Assert.AreEqual(0, third, 0.05);
    }

    private static Dictionary<DataViewRowId, float[]> Scores(int seed)
    {
        var ml = new MLContext(seed);
        var data = Fruit.LoadLabelled(ml, 90, seed: 1);
        return Cells.Read(Fruit.Trainer(ml, epochs: 3).Fit(data).Transform(data), "Score");
    }

    // Only the first of three named features says anything about the label.
    private IDataView ImportanceData()
    {
        var random = new Random(1);
        var rows = Enumerable.Range(0, 200).Select(i => new Measurement
        {
            First = (i % 2) + (float)random.NextDouble(),
            Second = (float)random.NextDouble(),
            Third = (float)random.NextDouble(),
            Kind = i % 2 == 0 ? "low" : "high",
        });
        var data = _ml.Data.LoadFromEnumerable(rows.ToArray());
        return _ml.Transforms.Concatenate("Features", "First", "Second", "Third")
            .Append(_ml.Transforms.Conversion.MapValueToKey("Label", "Kind")).Fit(data).Transform(data);
    }

    private sealed class Measurement
    {
        public float First { get; set; }

        public float Second { get; set; }

        public float Third { get; set; }

        public string Kind { get; set; } = "";
    }

    private sealed class Prediction
    {
        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];

        public float FisherTrace { get; set; }
    }
}
