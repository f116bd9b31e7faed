using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transforms;

[TestClass]
public sealed class DetectorScoreTests
{
    private const int Rows = 60;

    private static readonly Lazy<FittedFruit> Shared = new(() => new FittedFruit());
    private static readonly Detector Learning = new LocalIntrinsicDimensionality { Neighbours = 7 };

    private static FittedFruit Fruit => Shared.Value;

    private static MLContext Ml => Shared.Value.Ml;

    [TestMethod]
    public void The_column_is_what_the_core_computes()
    {
        using var scope = NewDisposeScope();
        var clean = FruitRow.Create(Rows, seed: 5);
        var fresh = FruitRow.Create(Rows, seed: 6);
        var labels = tensor(clean.Select(row => (long)"abc".IndexOf(row.Kind![0])).ToArray());
        foreach (var detector in new Detector[] { Learning, new Mahalanobis { Shrinkage = 1e-3 }, new KernelDensityUncertainty(), new Energy() })
        {
            var view = Ml.Transforms.DetectorScore(detector, Fruit.Network, "Suspicion").Fit(Fruit.Load(clean)).Transform(Fruit.Load(fresh));

            using var fitted = detector.Fit(Fruit.Network.Model, Inputs(clean), labels);
            Cells.AreEqual(
                fitted.Score(Inputs(fresh)).data<float>().ToArray(), [.. view.GetColumn<float>("Suspicion")], 1e-4f, detector.ToString());
        }
    }

    [TestMethod]
    public void All_ways_to_name_the_network_are_the_same()
    {
        var network = Fruit.Network;
        var scored = network.Transform(Fruit.Test);
        var expected = Scores(Ml.Transforms.DetectorScore(Learning, network), scored, "LocalIntrinsicDimensionality");
        CollectionAssert.AreEqual(expected, Scores(Ml.Transforms.DetectorScore(Learning), scored, "LocalIntrinsicDimensionality"));
        CollectionAssert.AreEqual(expected, Scores(Ml.Transforms.DetectorScore(Learning, "Lid"), scored, "Lid"));
        CollectionAssert.AreEqual(
            expected, Scores(Ml.Transforms.DetectorScore(Learning, network.Model, network.FeatureColumnName, "Lid"), Fruit.Test, "Lid"));
    }

    [TestMethod]
    public void Labels_are_matched_by_value()
    {
        // Another order of first appearance gives the same values other keys.
        var rows = FruitRow.Create(Rows, seed: 5);
        var turned = rows.Reverse().ToArray();
        var relabelled = TestData.Fruit.Labels(Ml).Fit(Ml.Data.LoadFromEnumerable(turned)).Transform(Ml.Data.LoadFromEnumerable(rows));
        var detector = new Mahalanobis { Shrinkage = 1e-3 };
        var own = Ml.Transforms.DetectorScore(detector, Fruit.Network).Fit(Fruit.Load(rows));
        var other = Ml.Transforms.DetectorScore(detector, Fruit.Network).Fit(relabelled);
        CollectionAssert.AreNotEqual(
            Fruit.Load(rows).GetColumn<uint>("Label").ToArray(), relabelled.GetColumn<uint>("Label").ToArray());
        Cells.AreEqual(Cells.Read(own.Transform(Fruit.Test), "Mahalanobis"), Cells.Read(other.Transform(Fruit.Test), "Mahalanobis"), tolerance: 0);
    }

    [TestMethod]
    public void A_score_can_be_calibrated()
    {
        var scored = Ml.Transforms.DetectorScore(Learning, Fruit.Network).Fit(Fruit.Train).Transform(Fruit.Test);
        var flagged = Ml.Transforms.AdversarialDetection("LocalIntrinsicDimensionality", 0.1).Fit(scored).Transform(scored);
        Assert.AreEqual(0.1, flagged.GetColumn<bool>("IsAdversarial").Average(flag => flag ? 1 : 0), 0.03);
    }

    [TestMethod]
    public void What_learns_nothing_needs_no_labels()
    {
        var unlabelled = Ml.Transforms.DropColumns("Label").Fit(Fruit.Test).Transform(Fruit.Test);
        var estimator = Ml.Transforms.DetectorScore(new GradientNorm(), Fruit.Network);
        estimator.GetOutputSchema(SchemaShape.Create(unlabelled.Schema));
        Assert.IsTrue(Scores(estimator, unlabelled, "GradientNorm").All(score => score > 0));
    }

    [TestMethod]
    public void Settings_come_back_from_a_file()
    {
        var detector = new KernelDensityUncertainty { Bandwidth = 0.75, RowsPerClass = 9, Seed = 5, Combination = ScoreCombination.Maximum };
        using var file = new MemoryStream();
        Ml.Model.Save(Ml.Transforms.DetectorScore(detector, Fruit.Network, "Density").Fit(Fruit.Test), Fruit.Test.Schema, file);
        file.Position = 0;
        var loaded = (DetectorTransformer)new MLContext().Model.Load(file, out _);
        Assert.AreEqual(detector, loaded.Detector);
        Assert.AreEqual(("Density", "Features"), (loaded.OutputColumnName, loaded.FeatureColumnName));
        Assert.AreEqual(27, loaded.Fitted.State["features"].shape[0]);
    }

    [TestMethod]
    public void What_is_missing_or_does_not_fit_is_named()
    {
        var schema = SchemaShape.Create(Fruit.Test.Schema);
        Refuse("Mahalanobis: expected a column 'Score' that carries its classifier", new Mahalanobis(), estimate: Ml.Transforms.DetectorScore(new Mahalanobis()));
        Refuse("expected a column 'Kind2'", Learning, estimate: Ml.Transforms.DetectorScore(Learning, Fruit.Network, labelColumnName: "Kind2"));
        Refuse("Column 'IsApple': expected a key", Learning, estimate: Ml.Transforms.DetectorScore(Learning, Fruit.Network, labelColumnName: "IsApple"));
        Refuse("Column 'Label': expected a Boolean", Learning, estimate: Ml.Transforms.DetectorScore(Learning, Fruit.Binary));
        Failures.Require<ArgumentException>(
            () => Ml.Transforms.DetectorScore(Learning, Fruit.Network).Fit(Ml.Data.TakeRows(Fruit.Test, 5)), "needs at least 8 reference rows, got 5");
        Failures.Require<ArgumentException>(
            () => Ml.Transforms.DetectorScore(new FeatureSqueezing { Bits = 0 }, Fruit.Network).Fit(Fruit.Test), "no squeezer for inputs of shape [8]");
        Failures.Require<ArgumentException>(() => Ml.Transforms.DetectorScore(Learning, Fruit.Labels), "expected a model with a NeuralNetwork step");
        Assert.ThrowsExactly<ArgumentNullException>(() => Ml.Transforms.DetectorScore(null!, Fruit.Network));

        void Refuse(string problem, Detector detector, DetectorEstimator estimate)
        {
            Failures.Require<ArgumentException>(() => estimate.Fit(Fruit.Test), problem);
            Failures.Require<ArgumentException>(() => estimate.GetOutputSchema(schema), problem);
        }
    }

    [TestMethod]
    public void Rows_without_a_label_or_a_number_are_named()
    {
        var unlabelled = FruitRow.Create(Rows, seed: 5);
        unlabelled[33].Kind = "durian";
        Failures.Require<InvalidOperationException>(
            () => Ml.Transforms.DetectorScore(Learning, Fruit.Network).Fit(Fruit.Load(unlabelled)), "Row 33, column 'Label'");
        var broken = FruitRow.Create(Rows, seed: 5);
        broken[22].Features[3] = float.NaN;
        Failures.Require<InvalidOperationException>(
            () => Ml.Transforms.DetectorScore(Learning, Fruit.Network).Fit(Fruit.Load(broken)), "Row 22, column 'Features', slot 3");
        var scored = Ml.Transforms.DetectorScore(Learning, Fruit.Network).Fit(Fruit.Test).Transform(Fruit.Load(broken));
        Failures.Require<InvalidOperationException>(
            () => Cells.Read(scored, "LocalIntrinsicDimensionality"), "Row 22, column 'Features', slot 3");
    }

    private static float[] Scores(IEstimator<ITransformer> estimator, IDataView view, string column) =>
        [.. estimator.Fit(view).Transform(view).GetColumn<float>(column)];

    private static Tensor Inputs(FruitRow[] rows) =>
        tensor(rows.SelectMany(row => row.Features).ToArray()).reshape(rows.Length, FruitRow.FeatureCount);
}
