using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Certification;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transforms;

[TestClass]
public sealed class IntervalCertificateTests
{
    private const double Epsilon = 0.02;

    private static readonly Lazy<FittedFruit> Shared = new(() => new FittedFruit());

    private static FittedFruit Fruit => Shared.Value;

    private static MLContext Ml => Shared.Value.Ml;

    [TestMethod]
    public void The_columns_are_what_the_core_computes()
    {
        using var scope = NewDisposeScope();
        var rows = FruitRow.Create(200, seed: 5, noise: 0.3);
        var view = Ml.Transforms.IntervalCertificate(Fruit.Network, Epsilon).Fit(Fruit.Test).Transform(Fruit.Load(rows));

        var inputs = tensor(rows.SelectMany(row => row.Features).ToArray()).reshape(rows.Length, FruitRow.FeatureCount);
        var certificate = new IntervalCertificate(Fruit.Network.Model);
        var flags = view.GetColumn<bool>("IsCertified").ToArray();
        CollectionAssert.AreEqual(certificate.Certify(inputs, Epsilon).data<bool>().ToArray(), flags);
        Assert.Contains(true, flags);
        Assert.Contains(false, flags);

        var largest = certificate.LargestEpsilon(inputs, 1).data<double>().ToArray();
        foreach (var (expected, actual) in largest.Zip(view.GetColumn<float>("CertifiedEpsilon")))
        {
            Assert.IsLessThanOrEqualTo(expected, actual);
            Assert.AreEqual(expected, actual, 2e-7);
        }
    }

    [TestMethod]
    public void No_attack_of_a_pipeline_moves_a_certified_row()
    {
        var columns = new IntervalColumns { LargestEpsilon = null };
        var scored = Fruit.Network.Transform(Fruit.Test);
        var certified = Ml.Transforms.IntervalCertificate(Fruit.Network, Epsilon, columns).Fit(scored).Transform(scored);
        var attack = new ProjectedGradientDescent(Norm.LInfinity, Epsilon);
        var attacked = Ml.Transforms.AdversarialAttack(Fruit.Network, attack, new() { Label = "PredictedLabel" }).Fit(certified).Transform(certified);
        foreach (var (isCertified, succeeded) in attacked.GetColumn<bool>("IsCertified").Zip(attacked.GetColumn<bool>("AttackSucceeded")))
        {
            Assert.IsFalse(isCertified && succeeded);
        }
    }

    [TestMethod]
    public void All_ways_to_name_the_network_are_the_same()
    {
        var scored = Fruit.Network.Transform(Fruit.Test);
        var expected = Results(Ml.Transforms.IntervalCertificate(Fruit.Network, Epsilon), scored);
        CollectionAssert.AreEqual(expected, Results(Ml.Transforms.IntervalCertificate(Epsilon), scored));
        CollectionAssert.AreEqual(
            expected, Results(Ml.Transforms.IntervalCertificate(Fruit.Network.Model, Fruit.Network.FeatureColumnName, Epsilon), scored));
    }

    [TestMethod]
    public void A_prediction_engine_says_what_a_batch_says()
    {
        var rows = FruitRow.Create(30, seed: 5, noise: 0.3);
        var model = Ml.Transforms.IntervalCertificate(Fruit.Network, Epsilon).Fit(Fruit.Test);
        var view = model.Transform(Ml.Data.LoadFromEnumerable(rows));
        using var engine = Ml.Model.CreatePredictionEngine<FruitRow, Prediction>(model);
        CollectionAssert.AreEqual(
            view.GetColumn<bool>("IsCertified").Zip(view.GetColumn<float>("CertifiedEpsilon")).ToArray(),
            rows.Select(engine.Predict).Select(one => (one.IsCertified, one.CertifiedEpsilon)).ToArray());
    }

    [TestMethod]
    public void Settings_come_back_from_a_file()
    {
        var columns = new IntervalColumns { IsCertified = "Safe", LargestEpsilon = null };
        using var file = new MemoryStream();
        Ml.Model.Save(Ml.Transforms.IntervalCertificate(Fruit.Network, Epsilon, columns).Fit(Fruit.Test), Fruit.Test.Schema, file);
        file.Position = 0;
        var loaded = (IntervalCertificateTransformer)new MLContext().Model.Load(file, out _);
        Assert.AreEqual(Epsilon, loaded.Epsilon);
        Assert.AreEqual(columns, loaded.Columns);
    }

    [TestMethod]
    public void A_row_outside_the_bounds_is_named_and_spares_those_before()
    {
        var rows = FruitRow.Create(20, seed: 5);
        rows[11].Features[3] = 1.25f;
        var view = Ml.Transforms.IntervalCertificate(Fruit.Network, Epsilon).Fit(Fruit.Test).Transform(Fruit.Load(rows));
        Failures.Require<InvalidOperationException>(() => Cells.Read(view, "IsCertified"), "Row 11, column 'Features', slot 3", "input bounds");
        Assert.HasCount(11, view.GetColumn<bool>("IsCertified").Take(11).ToArray());
    }

    [TestMethod]
    public void A_layer_without_bounds_is_named_when_fitting()
    {
        var options = TestData.Fruit.Options(epochs: 1);
        options.Network = new() { Layers = [new LinearLayer(4), new LeakyReLULayer(-0.5), new LinearLayer()] };
        var pipeline = Ml.MulticlassClassification.Trainers.NeuralNetwork(options).Append(Ml.Transforms.IntervalCertificate(Epsilon));
        Failures.Require<NotSupportedException>(() => pipeline.Fit(Fruit.Train), "layers[1] (LeakyReLU)");
    }

    [TestMethod]
    public void Settings_out_of_range_are_named()
    {
        Failures.Require<ArgumentOutOfRangeException>(() => Ml.Transforms.IntervalCertificate(Fruit.Network, -0.1), "epsilon");
        Failures.Require<ArgumentException>(
            () => Ml.Transforms.IntervalCertificate(Fruit.Network, 0.1, new() { IsCertified = null, LargestEpsilon = null }),
            "at least one output column");
        Failures.Require<ArgumentException>(
            () => Ml.Transforms.IntervalCertificate(Epsilon).Fit(Fruit.Test),
            "IntervalCertificate", "Put the NeuralNetwork trainer before this step");
    }

    private static string[] Results(IEstimator<ITransformer> estimator, IDataView input) =>
        [.. Cells.Read(estimator.Fit(input).Transform(input), "IsCertified", "CertifiedEpsilon").Values.Select(cells => string.Join(' ', cells))];

    private sealed class Prediction
    {
        public bool IsCertified { get; set; }

        public float CertifiedEpsilon { get; set; }
    }
}
