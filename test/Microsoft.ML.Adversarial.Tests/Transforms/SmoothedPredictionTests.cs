using Microsoft.ML.Adversarial.Certification;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transforms;

[TestClass]
public sealed class SmoothedPredictionTests
{
    private static readonly Lazy<FittedFruit> Shared = new(() => new FittedFruit());

    private static readonly RandomizedSmoothing Smoothing = new(0.2) { SelectionSamples = 30, Samples = 200, Alpha = 0.01, BatchSize = 90 };

    private static FittedFruit Fruit => Shared.Value;

    private static MLContext Ml => Shared.Value.Ml;

    [TestMethod]
    public void The_columns_are_what_the_core_computes()
    {
        using var scope = NewDisposeScope();
        var rows = FruitRow.Create(40, seed: 5, noise: 0.4);
        var transformer = Ml.Transforms.SmoothedPrediction(Fruit.Network, Smoothing).Fit(Fruit.Test);
        var view = transformer.Transform(Fruit.Load(rows));

        var inputs = tensor(rows.SelectMany(row => row.Features).ToArray()).reshape(rows.Length, FruitRow.FeatureCount);
        long[] keys = [.. rows.Select(row => FeatureKey.Of(row.Features))];
        using var certificate = Smoothing.Certify(Fruit.Network.Model, inputs, new() { Seed = transformer.Seed, RowKeys = keys });
        var (labels, radii) = (view.GetColumn<uint>("SmoothedLabel").ToArray(), view.GetColumn<float>("CertifiedRadius").ToArray());
        CollectionAssert.AreEqual(certificate.Classes.data<long>().Select(label => (uint)(label + 1)).ToArray(), labels);
        var expected = certificate.Radii.data<double>().ToArray();
        for (var row = 0; row < rows.Length; row++)
        {
            // A Single may not claim more than was certified.
            Assert.IsLessThanOrEqualTo(expected[row], radii[row]);
            Assert.AreEqual(expected[row], radii[row], 1e-6);
            Assert.AreEqual(labels[row] == 0, radii[row] == 0);
        }

        Assert.Contains(0u, labels);
        Assert.IsGreaterThan(20, labels.Count(label => label > 0));
    }

    [TestMethod]
    public void All_ways_to_name_the_network_are_the_same()
    {
        var scored = Fruit.Network.Transform(Fruit.Test);
        var expected = Results(new MLContext(seed: 3).Transforms.SmoothedPrediction(Fruit.Network, Smoothing), scored);
        CollectionAssert.AreEqual(expected, Results(new MLContext(seed: 3).Transforms.SmoothedPrediction(Smoothing), scored));
        CollectionAssert.AreEqual(expected, Results(
            new MLContext(seed: 3).Transforms.SmoothedPrediction(Fruit.Network.Model, Fruit.Network.FeatureColumnName, Smoothing), scored));
        CollectionAssert.AreNotEqual(expected, Results(new MLContext(seed: 4).Transforms.SmoothedPrediction(Smoothing), scored));
    }

    [TestMethod]
    public void Labels_have_the_values_of_the_predicted_label()
    {
        var scored = Fruit.Network.Transform(Fruit.Test);
        var view = Ml.Transforms.SmoothedPrediction(Smoothing).Fit(scored).Transform(scored);
        Assert.AreEqual(view.Schema["PredictedLabel"].Type, view.Schema["SmoothedLabel"].Type);
        CollectionAssert.AreEqual(Cells.KeyValues(view.Schema["PredictedLabel"]), Cells.KeyValues(view.Schema["SmoothedLabel"]));

        var values = Ml.Transforms.Conversion.MapKeyToValue("Value", "SmoothedLabel").Fit(view).Transform(view);
        CollectionAssert.AreEqual(
            view.GetColumn<uint>("SmoothedLabel").Select(key => key == 0 ? "" : "apple banana cherry".Split(' ')[key - 1]).ToArray(),
            values.GetColumn<string>("Value").ToArray());
    }

    [TestMethod]
    public void Of_a_binary_network_labels_are_keys_so_that_they_can_be_missing()
    {
        var scored = Fruit.Binary.Transform(Fruit.Load(FruitRow.Create(90, seed: 8, noise: 0.5)));
        var view = Ml.Transforms.SmoothedPrediction(Smoothing).Fit(scored).Transform(scored);
        VBuffer<bool> values = default;
        view.Schema["SmoothedLabel"].GetKeyValues(ref values);
        CollectionAssert.AreEqual(new[] { false, true }, values.DenseValues().ToArray());

        var keys = view.GetColumn<uint>("SmoothedLabel").ToArray();
        var predicted = view.GetColumn<bool>("PredictedLabel").ToArray();
        Assert.Contains(0u, keys);
        Assert.IsGreaterThan(60, keys.Zip(predicted).Count(row => row.First == (row.Second ? 2u : 1u)));
    }

    [TestMethod]
    public void A_prediction_engine_says_what_a_batch_says()
    {
        var rows = FruitRow.Create(30, seed: 5, noise: 0.4);
        var model = Ml.Transforms.SmoothedPrediction(Fruit.Network, Smoothing).Fit(Fruit.Test);
        var view = model.Transform(Ml.Data.LoadFromEnumerable(rows));
        using var engine = Ml.Model.CreatePredictionEngine<FruitRow, Prediction>(model);
        CollectionAssert.AreEqual(
            view.GetColumn<uint>("SmoothedLabel").Zip(view.GetColumn<float>("CertifiedRadius")).ToArray(),
            rows.Select(engine.Predict).Select(one => (one.SmoothedLabel, one.CertifiedRadius)).ToArray());
    }

    [TestMethod]
    public void Settings_come_back_from_a_file()
    {
        var columns = new SmoothingColumns { Label = "Class", Radius = "Safe" };
        var transformer = Ml.Transforms.SmoothedPrediction(Fruit.Network, Smoothing, columns).Fit(Fruit.Test);
        using var file = new MemoryStream();
        Ml.Model.Save(transformer, Fruit.Test.Schema, file);
        file.Position = 0;
        var loaded = (SmoothedPredictionTransformer)new MLContext().Model.Load(file, out _);
        Assert.AreEqual(Smoothing, loaded.Smoothing);
        Assert.AreEqual(columns, loaded.Columns);
        Assert.AreEqual(transformer.Seed, loaded.Seed);
        Assert.AreEqual(1, loaded.BatchSize);
    }

    [TestMethod]
    public void A_pipeline_without_a_network_says_which_step_is_missing() => Failures.Require<ArgumentException>(
        () => Ml.Transforms.SmoothedPrediction(Smoothing).Fit(Fruit.Test), "SmoothedPrediction", "Put the NeuralNetwork trainer before this step");

    [TestMethod]
    public void A_row_that_is_not_finite_is_named()
    {
        var rows = FruitRow.Create(20, seed: 5);
        rows[11].Features[3] = float.NaN;
        var view = Ml.Transforms.SmoothedPrediction(Fruit.Network, Smoothing).Fit(Fruit.Test).Transform(Fruit.Load(rows));
        Failures.Require<InvalidOperationException>(() => Cells.Read(view, "CertifiedRadius"), "Row 11, column 'Features', slot 3");
    }

    [TestMethod]
    public void Names_of_columns_must_differ()
    {
        Failures.Require<ArgumentException>(
            () => Ml.Transforms.SmoothedPrediction(Fruit.Network, Smoothing, new() { Label = "X", Radius = "X" }), "different names", "'X'");
        Failures.Require<ArgumentException>(
            () => Ml.Transforms.SmoothedPrediction(Fruit.Network, Smoothing, new() { Label = "" }), "column name");
    }

    private static string[] Results(IEstimator<ITransformer> estimator, IDataView input) =>
        [.. Cells.Read(estimator.Fit(input).Transform(input), "SmoothedLabel", "CertifiedRadius").Values.Select(cells => string.Join(' ', cells))];

    private sealed class Prediction
    {
        [KeyType(3)]
        public uint SmoothedLabel { get; set; }

        public float CertifiedRadius { get; set; }
    }
}
