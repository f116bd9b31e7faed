using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>What the network takes its inputs for: their bounds and their normalisation.</summary>
[TestClass]
public sealed class InputRangeTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Values_in_the_unit_interval_have_it_as_bounds_and_stay_as_they_are()
    {
        var model = Fruit.Trainer(_ml, epochs: 1).Fit(Fruit.LoadLabelled(_ml, 60, seed: 1)).Model;

        Assert.AreEqual("[0, 1]", model.Bounds.ToString());
        Assert.IsNull(model.Network!.Definition.Normalisation);
    }

    [TestMethod]
    public void Other_values_have_their_ranges_as_bounds_and_are_standardised_inside_the_network()
    {
        var rows = RawRows();
        var model = Train(rows).Model;

        Assert.IsFalse(model.Bounds.IsUniform);
        var normalisation = model.Network!.Definition.Normalisation!;
        for (var feature = 0; feature < FruitRow.FeatureCount; feature++)
        {
            var values = rows.Select(row => (double)row.Features[feature]).ToArray();
            Assert.AreEqual((float)values.Min(), model.Bounds.Lower[feature]);
            Assert.AreEqual((float)values.Max(), model.Bounds.Upper[feature]);
            Assert.AreEqual(values.Average(), normalisation.Mean[feature], 1e-4);
            var deviation = Math.Sqrt(values.Average(value => Math.Pow(value - values.Average(), 2)));
            Assert.AreEqual(deviation, normalisation.StandardDeviation[feature], 1e-4);
        }
    }

    [TestMethod]
    public void A_constant_feature_is_centred_only_and_frozen()
    {
        var rows = RawRows();
        foreach (var row in rows)
            row.Features[2] = 500;
        var model = Train(rows).Model;

        Assert.AreEqual(1, model.Network!.Definition.Normalisation!.StandardDeviation[2]);
        Assert.AreEqual((500f, 500f), (model.Bounds.Lower[2], model.Bounds.Upper[2]));
    }

    [TestMethod]
    public void Standardising_can_be_left_out()
    {
        var model = Train(RawRows(), options => options.StandardiseInputs = false).Model;
        Assert.IsNull(model.Network!.Definition.Normalisation);
    }

    [TestMethod]
    public void A_normalisation_of_the_architecture_stays()
    {
        var own = new Normalisation([3], [7]);
        var model = Train(RawRows(), options => options.Network = Fruit.Network with { Normalisation = own }).Model;
        Assert.AreSame(own, model.Network!.Definition.Normalisation);
    }

    [TestMethod]
    public void Explicit_bounds_win()
    {
        var model = Train(RawRows(), options => options.Bounds = new InputBounds(-50, 50)).Model;
        Assert.AreEqual("[-50, 50]", model.Bounds.ToString());
    }

    [TestMethod]
    public void Explicit_bounds_of_another_length_are_refused()
    {
        Failures.Require<ArgumentException>(
            () => Train(RawRows(), options => options.Bounds = new InputBounds([0f, 0f, 0f], [1f, 1f, 1f])),
            "Expected one pair of input bounds or 8, one per feature, got 3");
    }

    [TestMethod]
    public void A_flat_column_feeds_a_network_of_images()
    {
        var data = Mnist.Load(_ml, 40);
        var flat = _ml.Data.LoadFromEnumerable(
            data.GetColumn<float[]>("Features").Zip(data.GetColumn<uint>("Label"), (x, y) => new Flat { Features = x, Label = y - 1 })
                .ToArray());
        var options = new NeuralNetworkMulticlassTrainer.Options
        {
            Network = NetworkDefinition.SmallConvNet with { InputShape = [1, 28, 28] },
            Epochs = 1,
            ValidationFraction = 0,
        };

        var model = _ml.MulticlassClassification.Trainers.NeuralNetwork(options).Fit(flat);

        CollectionAssert.AreEqual(new long[] { 1, 28, 28 }, model.Model.InputShape.ToArray());
        Cells.AreEqual(Cells.Read(model.Transform(data), "Score"), Cells.Read(model.Transform(flat), "Score"), tolerance: 0);
    }

    private static FruitRow[] RawRows()
    {
        var rows = FruitRow.Create(60, seed: 1);
        foreach (var row in rows)
            row.Features = [.. row.Features.Select((value, feature) => (value * 10 * (feature + 1)) - 3)];
        return rows;
    }

    private NeuralNetworkMulticlassTransformer Train(FruitRow[] rows, Action<NeuralNetworkMulticlassTrainer.Options>? set = null)
    {
        var options = Fruit.Options(epochs: 1);
        set?.Invoke(options);
        var data = _ml.Data.LoadFromEnumerable(rows);
        return _ml.MulticlassClassification.Trainers.NeuralNetwork(options).Fit(Fruit.Labels(_ml).Fit(data).Transform(data));
    }

    private sealed class Flat
    {
        [KeyType(10)]
        public uint Label { get; set; }

        [VectorType(784)]
        public float[] Features { get; set; } = [];
    }
}
