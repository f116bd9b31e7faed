using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>Each mistake has an error that says what to do about it.</summary>
[TestClass]
public sealed class BadTrainingDataTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow("Kind")]
    [DataRow("Id")]
    [DataRow("IsApple")]
    public void A_label_that_is_no_key(string label)
    {
        var options = Fruit.Options(epochs: 1);
        options.LabelColumnName = label;
        var trainer = _ml.MulticlassClassification.Trainers.NeuralNetwork(options);
        var data = Fruit.Load(_ml, 30, seed: 1);

        Failures.Require<ArgumentException>(
            () => trainer.Fit(data), $"Column '{label}': expected a key, got", $"MapValueToKey(\"{label}\")");
        Failures.Require<ArgumentException>(() => trainer.GetOutputSchema(SchemaShape.Create(data.Schema)), $"MapValueToKey(\"{label}\")");
    }

    [TestMethod]
    public void A_missing_label_names_its_row()
    {
        var rows = FruitRow.Create(30, seed: 1);
        rows[17].Kind = null;
        Failures.Require<InvalidOperationException>(() => Train(rows), "Row 17, column 'Label': expected a label, got a missing value");
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    public void A_value_that_is_not_finite_names_row_column_and_slot(float value)
    {
        var rows = FruitRow.Create(30, seed: 1);
        rows[13].Features[5] = value;
        Failures.Require<InvalidOperationException>(() => Train(rows), "Row 13, column 'Features', slot 5: expected a finite number");
    }

    [TestMethod]
    public void A_missing_feature_column_names_those_there_are()
    {
        var options = Fruit.Options(epochs: 1);
        options.FeatureColumnName = "Pixels";
        Failures.Require<ArgumentException>(
            () => Train(FruitRow.Create(30, seed: 1), options), "expected a column 'Pixels', got Id, Kind",
            "Apply the steps that make it first");
    }

    [TestMethod]
    public void Features_that_are_no_vector()
    {
        var options = Fruit.Options(epochs: 1);
        options.FeatureColumnName = "Id";
        Failures.Require<ArgumentException>(
            () => Train(FruitRow.Create(30, seed: 1), options), "Column 'Id': expected a vector of Single of known size, got Single");
    }

    [TestMethod]
    public void Features_of_unknown_size()
    {
        var data = _ml.Data.LoadFromEnumerable(
            FruitRow.Create(30, seed: 1).Select(row => new Open { Features = row.Features, Label = 1 }).ToArray());
        Failures.Require<ArgumentException>(
            () => Fruit.Trainer(_ml, epochs: 1).Fit(data), "Column 'Features': expected a vector of Single of known size");
    }

    [TestMethod]
    public void An_architecture_that_does_not_fit_the_features()
    {
        var options = Fruit.Options(epochs: 1);
        options.Network = NetworkDefinition.SmallConvNet;
        Failures.Require<NetworkFormatException>(() => Train(FruitRow.Create(30, seed: 1), options), "layers[0]", "[8]");
    }

    [TestMethod]
    public void An_architecture_for_other_classes()
    {
        var options = Fruit.Options(epochs: 1);
        options.Network = Fruit.Network with { ClassCount = 4 };
        Failures.Require<ArgumentException>(() => Train(FruitRow.Create(30, seed: 1), options), "Expected 4 classes", "got 3");
    }

    [TestMethod]
    public void No_rows()
    {
        var data = Fruit.LoadLabelled(_ml, 30, seed: 1);
        var none = _ml.Data.FilterRowsByColumn(data, "Id", lowerBound: 1000);
        Failures.Require<InvalidOperationException>(() => Fruit.Trainer(_ml, epochs: 1).Fit(none), "Expected training rows, got none");
    }

    [TestMethod]
    public void One_class()
    {
        var rows = FruitRow.Create(30, seed: 1).Where(row => row.Kind == "apple").ToArray();
        Failures.Require<ArgumentException>(() => Train(rows), "Column 'Label': expected a key with at least 2 values");
    }

    [TestMethod]
    public void Scoring_vectors_of_another_size()
    {
        var model = Train(FruitRow.Create(30, seed: 1));
        var narrow = _ml.Data.LoadFromEnumerable([new Narrow()]);
        Failures.Require<ArgumentException>(() => model.Transform(narrow), "Column 'Features': expected a vector of 8 Single, got ");
        Failures.Require<ArgumentException>(() => model.GetOutputSchema(narrow.Schema), "Column 'Features': expected a vector of 8 Single");
    }

    [TestMethod]
    public void Scoring_a_vector_of_another_size_among_others_names_its_row()
    {
        var model = Train(FruitRow.Create(30, seed: 1));
        var rows = FruitRow.Create(30, seed: 1).Select(row => new Open { Features = row.Features }).ToArray();
        rows[9].Features = new float[7];
        var scored = model.Transform(_ml.Data.LoadFromEnumerable(rows));
        Failures.Require<InvalidOperationException>(
            () => Cells.Read(scored, "Score"), "Row 9, column 'Features': expected a vector of 8 Single, got 7");
    }

    [TestMethod]
    public void Scoring_without_the_feature_column()
    {
        var model = Train(FruitRow.Create(30, seed: 1));
        var data = _ml.Transforms.DropColumns("Features").Fit(Fruit.Load(_ml, 1, seed: 1)).Transform(Fruit.Load(_ml, 1, seed: 1));
        Failures.Require<ArgumentException>(() => model.Transform(data), "expected a column 'Features', got Id, Kind");
    }

    /// <summary>As with ML.NET's own trainers: scores of a row with NaN are NaN and its label is missing.</summary>
    [TestMethod]
    public void Scoring_NaN_gives_NaN_and_no_label()
    {
        var model = Train(FruitRow.Create(30, seed: 1));
        var rows = FruitRow.Create(30, seed: 2);
        var clean = Cells.Read(model.Transform(_ml.Data.LoadFromEnumerable(rows)), "PredictedLabel", "Score").Values.ToArray();
        rows[4].Features[0] = float.NaN;

        var data = _ml.Data.LoadFromEnumerable(rows);
        var builtIn = _ml.MulticlassClassification.Trainers.SdcaMaximumEntropy().Fit(Fruit.LoadLabelled(_ml, 30, seed: 1)).Transform(data);

        var scored = Cells.Read(model.Transform(data), "PredictedLabel", "Score").Values.ToArray();

        CollectionAssert.AreEqual(new[] { 0, float.NaN, float.NaN, float.NaN }, scored[4]);
        Assert.AreEqual(0, Cells.Read(builtIn, "PredictedLabel").Values.ElementAt(4)[0]);
        for (var row = 0; row < rows.Length; row++)
        {
            if (row != 4)
                Cells.AreEqual(clean[row], scored[row], 0, $"row {row}");
        }
    }

    private NeuralNetworkMulticlassTransformer Train(FruitRow[] rows, NeuralNetworkMulticlassTrainer.Options? options = null)
    {
        var data = _ml.Data.LoadFromEnumerable(rows);
        return _ml.MulticlassClassification.Trainers.NeuralNetwork(options ?? Fruit.Options(epochs: 1))
            .Fit(Fruit.Labels(_ml).Fit(data).Transform(data));
    }

    private sealed class Open
    {
        public float[] Features { get; set; } = [];

        [KeyType(3)]
        public uint Label { get; set; }
    }

    private sealed class Narrow
    {
        [VectorType(7)]
        public float[] Features { get; set; } = new float[7];
    }
}
