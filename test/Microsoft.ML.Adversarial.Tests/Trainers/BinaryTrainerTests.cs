using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Trainers;

[TestClass]
public sealed class BinaryTrainerTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Evaluate_finds_separable_classes_separated()
    {
        var model = Fruit.BinaryTrainer(_ml).Fit(Fruit.Load(_ml, 240, seed: 1));

        var metrics = _ml.BinaryClassification.Evaluate(model.Transform(Fruit.Load(_ml, 120, seed: 2)), "IsApple");

        Assert.IsGreaterThan(0.98, metrics.AreaUnderRocCurve);
        Assert.IsGreaterThan(0.9, metrics.Accuracy);
        Assert.IsLessThan(0.4, metrics.LogLoss);
    }

    [TestMethod]
    public void CrossValidate_evaluates_every_fold()
    {
        var folds = _ml.BinaryClassification.CrossValidate(
            Fruit.Load(_ml, 240, seed: 1), Fruit.BinaryTrainer(_ml), numberOfFolds: 3, labelColumnName: "IsApple");

        Assert.HasCount(3, folds);
        foreach (var fold in folds)
            Assert.IsGreaterThan(0.9, fold.Metrics.AreaUnderRocCurve);
    }

    [TestMethod]
    public void Score_is_the_log_odds_and_probability_its_sigmoid()
    {
        var data = Fruit.Load(_ml, 60, seed: 1);
        var scored = Fruit.BinaryTrainer(_ml, epochs: 3).Fit(data).Transform(data);

        foreach (var cells in Cells.Read(scored, "PredictedLabel", "Score", "Probability", "Logits").Values)
        {
            Assert.AreEqual(cells[4] - cells[3], cells[1], 1e-6f);
            Assert.AreEqual(1 / (1 + Math.Exp(-cells[1])), cells[2], 1e-6);
            Assert.AreEqual(cells[1] > 0 ? 1 : 0, cells[0]);
        }
    }

    // Labels are drawn at random with a probability that the features state: only a calibrated score can follow it.
    [TestMethod]
    public void Probabilities_are_calibrated()
    {
        var random = new Random(3);
        var rows = FruitRow.Create(2000, seed: 3);
        foreach (var row in rows)
            row.IsApple = random.NextDouble() < row.Features[0];
        var data = _ml.Data.LoadFromEnumerable(rows);
        var options = Fruit.BinaryOptions(epochs: 10);
        options.BatchSize = 100;

        var scored = _ml.BinaryClassification.Trainers.NeuralNetwork(options).Fit(data).Transform(data);

        var probabilities = Cells.Read(scored, "Probability").Values.Select(cells => cells[0]).ToArray();
        for (var decile = 0.2; decile < 0.8; decile += 0.2)
        {
            var inside = Enumerable.Range(0, rows.Length)
                .Where(i => probabilities[i] >= decile && probabilities[i] < decile + 0.2).ToArray();
            Assert.IsGreaterThan(100, inside.Length);
            var share = inside.Average(i => rows[i].IsApple ? 1.0 : 0.0);
            Assert.AreEqual(inside.Average(i => probabilities[i]), share, 0.1, $"{decile}");
        }
    }

    [TestMethod]
    public void Same_context_seed_same_bits()
    {
        Cells.AreEqual(Scores(seed: 7), Scores(seed: 7), tolerance: 0);
        CollectionAssert.AreNotEqual(Scores(seed: 7).First().Value, Scores(seed: 8).First().Value);
    }

    [TestMethod]
    [DataRow("Label", "Key<UInt32, 0-2>")]
    [DataRow("Kind", "String")]
    [DataRow("Id", "Single")]
    public void A_label_that_is_not_Boolean_is_refused(string label, string got)
    {
        var data = Fruit.LoadLabelled(_ml, 60, seed: 1);
        var options = Fruit.BinaryOptions(epochs: 1);
        options.LabelColumnName = label;
        var trainer = _ml.BinaryClassification.Trainers.NeuralNetwork(options);

        Failures.Require<ArgumentException>(() => trainer.Fit(data), $"Column '{label}': expected a Boolean, got {got}");
        Failures.Require<ArgumentException>(
            () => trainer.GetOutputSchema(SchemaShape.Create(data.Schema)), $"Column '{label}': expected a Boolean");
    }

    private static Dictionary<DataViewRowId, float[]> Scores(int seed)
    {
        var ml = new MLContext(seed);
        var data = Fruit.Load(ml, 90, seed: 1);
        return Cells.Read(Fruit.BinaryTrainer(ml, epochs: 3).Fit(data).Transform(data), "Score");
    }
}
