using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Trees;

[TestClass]
public sealed class TreesOfTests
{
    private const int Width = 4;

    private static readonly MLContext ML = new(seed: 1);

    private static readonly Dictionary<string, Func<IEstimator<ITransformer>>> Multiclass = new()
    {
        ["FastTree"] = () => ML.MulticlassClassification.Trainers.OneVersusAll(ML.BinaryClassification.Trainers.FastTree(numberOfTrees: 10)),
        ["FastForest"] = () => ML.MulticlassClassification.Trainers.OneVersusAll(ML.BinaryClassification.Trainers.FastForest(numberOfTrees: 10)),
        ["FastForest, uncalibrated"] = () => ML.MulticlassClassification.Trainers.OneVersusAll(
            ML.BinaryClassification.Trainers.FastForest(numberOfTrees: 10), useProbabilities: false),
        ["LightGBM"] = () => ML.MulticlassClassification.Trainers.LightGbm(numberOfIterations: 10),
        ["LightGBM, softmax"] = () => ML.MulticlassClassification.Trainers.LightGbm(
            new LightGbmMulticlassTrainer.Options { NumberOfIterations = 10, UseSoftmax = true }),
    };

    private static readonly Dictionary<string, Func<IEstimator<ITransformer>>> Binary = new()
    {
        ["FastTree"] = () => ML.BinaryClassification.Trainers.FastTree("IsLarge", numberOfTrees: 10),
        ["FastForest"] = () => ML.BinaryClassification.Trainers.FastForest("IsLarge", numberOfTrees: 10),
        ["LightGBM"] = () => ML.BinaryClassification.Trainers.LightGbm("IsLarge", numberOfIterations: 10),
    };

    public static IEnumerable<object[]> MulticlassNames => Multiclass.Keys.Select(name => new object[] { name });

    public static IEnumerable<object[]> BinaryNames => Binary.Keys.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(MulticlassNames))]
    public void MulticlassTreesSayWhatTheModelSays(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        IDataView rows = Rows();
        ITransformer model = Loaded(ML.Transforms.Conversion.MapValueToKey("Label").Append(Multiclass[name]()).Fit(rows), rows.Schema);
        FittedTrees trees = ML.Model.TreesOf(model);
        Judged[] judged = [.. ML.Data.CreateEnumerable<Judged>(
            ML.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(model.Transform(rows)).Transform(model.Transform(rows)), false)];
        Tensor logits = trees.Classifier.Logits(Inputs(judged.Select(row => row.Features)));
        long[] predicted = logits.argmax(1).data<long>().ToArray();

        Assert.AreEqual("Features", trees.FeatureColumnName);
        CollectionAssert.AreEquivalent(new[] { "a", "b", "c" }, trees.Labels.ToArray());
        for (int row = 0; row < judged.Length; row++)
        {
            float[] ordered = [.. judged[row].Score.OrderDescending()];
            if (ordered[0] - ordered[1] > 1e-6)
            {
                Assert.AreEqual(judged[row].PredictedLabel, trees.Labels[(int)predicted[row]], $"row {row}");
            }

            float[] own = logits[row].data<float>().ToArray();
            int[] order = [.. Enumerable.Range(0, own.Length).OrderBy(index => own[index])];
            Assert.IsTrue(order.Zip(order.Skip(1)).All(pair => judged[row].Score[pair.First] <= judged[row].Score[pair.Second] + 1e-6), $"row {row}: order");
        }
    }

    [TestMethod]
    [DynamicData(nameof(BinaryNames))]
    public void BinaryTreesSayWhatTheModelSays(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        IDataView rows = Rows();
        ITransformer model = Loaded(Binary[name]().Fit(rows), rows.Schema);
        FittedTrees trees = ML.Model.TreesOf(model);
        JudgedBinary[] judged = [.. ML.Data.CreateEnumerable<JudgedBinary>(model.Transform(rows), false)];
        Tensor logits = trees.Classifier.Logits(Inputs(judged.Select(row => row.Features)));

        CollectionAssert.AreEqual(new[] { "False", "True" }, trees.Labels.ToArray());
        CollectionAssert.AreEqual(judged.Select(row => row.Score).ToArray(), logits.select(1, 1).contiguous().data<float>().ToArray());
        CollectionAssert.AreEqual(judged.Select(row => row.PredictedLabel ? 1L : 0).ToArray(), logits.argmax(1).data<long>().ToArray());
    }

    [TestMethod]
    public void AnotherThresholdIsPartOfTheTrees()
    {
        using DisposeScope scope = NewDisposeScope();
        IDataView rows = Rows();
        var model = ML.BinaryClassification.ChangeModelThreshold(ML.BinaryClassification.Trainers.FastTree("IsLarge", numberOfTrees: 10).Fit(rows), 1.5f);
        JudgedBinary[] judged = [.. ML.Data.CreateEnumerable<JudgedBinary>(model.Transform(rows), false)];
        Tensor predicted = ML.Model.TreesOf(model).Classifier.Logits(Inputs(judged.Select(row => row.Features))).argmax(1);
        CollectionAssert.AreEqual(judged.Select(row => row.PredictedLabel ? 1L : 0).ToArray(), predicted.data<long>().ToArray());
        Assert.IsTrue(judged.Any(row => row.Score > 0 && !row.PredictedLabel));
    }

    [TestMethod]
    public void AFittedModelIsAttackedInThePipeline()
    {
        IDataView rows = ML.Data.TakeRows(Rows(), 20);
        ITransformer model = ML.BinaryClassification.Trainers.FastTree("IsLarge", numberOfTrees: 10).Fit(Rows());
        var attacked = ML.Transforms.AdversarialAttack(
            model, new MinimalTreeEvasion(Norm.LInfinity, double.PositiveInfinity), new() { Label = "IsLarge" }).Fit(rows).Transform(rows);
        Attacked[] results = [.. ML.Data.CreateEnumerable<Attacked>(attacked, false)];
        Assert.IsTrue(results.All(row => row.AttackSucceeded));

        IDataView moved = ML.Data.LoadFromEnumerable(results.Select(row => new Row { Features = row.AdversarialFeatures, IsLarge = row.IsLarge }));
        JudgedBinary[] judged = [.. ML.Data.CreateEnumerable<JudgedBinary>(model.Transform(moved), false)];
        Assert.IsTrue(judged.Zip(results).All(pair => pair.First.PredictedLabel != pair.Second.IsLarge));
    }

    [TestMethod]
    public void ModelsWithoutTreesAndCategoricalSplitsAreRefused()
    {
        IDataView rows = Rows();
        ITransformer linear = ML.BinaryClassification.Trainers.SdcaLogisticRegression("IsLarge").Fit(rows);
        Assert.Contains("FastTree, FastForest or LightGBM", Assert.ThrowsExactly<ArgumentException>(() => ML.Model.TreesOf(linear)).Message);

        ITransformer regression = ML.Regression.Trainers.FastTree("Amount", numberOfTrees: 3).Fit(rows);
        Assert.Contains("that classifies", Assert.ThrowsExactly<ArgumentException>(() => ML.Model.TreesOf(regression)).Message);

        ITransformer categorical = ML.Transforms.Categorical.OneHotEncoding("Features", "Kind")
            .Append(ML.BinaryClassification.Trainers.FastTree(new FastTreeBinaryTrainer.Options
            {
                LabelColumnName = "IsLarge", CategoricalSplit = true, NumberOfTrees = 3, MinimumExampleCountPerLeaf = 1,
            })).Fit(rows);
        Assert.Contains("categorical split", Assert.ThrowsExactly<NotSupportedException>(() => ML.Model.TreesOf(categorical)).Message);
    }

    private static Tensor Inputs(IEnumerable<float[]> rows) => tensor(rows.SelectMany(row => row).ToArray()).reshape(-1, Width);

    private static ITransformer Loaded(ITransformer model, DataViewSchema schema)
    {
        using MemoryStream stream = new();
        ML.Model.Save(model, schema, stream);
        stream.Position = 0;
        return ML.Model.Load(stream, out _);
    }

    private static IDataView Rows()
    {
        Random random = new(3);
        return ML.Data.LoadFromEnumerable(Enumerable.Range(0, 400).Select(_ =>
        {
            float[] features = [.. Enumerable.Range(0, Width).Select(_ => (float)random.NextDouble())];
            return new Row
            {
                Features = features,
                Label = features[0] + (features[1] * features[1]) > 0.9f ? "a" : features[2] > 0.5f ? "b" : "c",
                IsLarge = features.Sum() > 2,
                Amount = features.Sum(),
                Kind = features[3] > 0.7f ? "x" : features[0] > 0.5f ? "y" : features.Sum() > 2 ? "z" : "w",
            };
        }).ToArray());
    }

    private class Row
    {
        [VectorType(Width)]
        public float[] Features { get; set; } = [];

        public string Label { get; set; } = "";

        public bool IsLarge { get; set; }

        public string Kind { get; set; } = "";

        public float Amount { get; set; }
    }

    private sealed class Judged
    {
        [VectorType(Width)]
        public float[] Features { get; set; } = [];

        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];
    }

    private sealed class JudgedBinary
    {
        [VectorType(Width)]
        public float[] Features { get; set; } = [];

        public bool PredictedLabel { get; set; }

        public float Score { get; set; }
    }

    private sealed class Attacked
    {
        public bool IsLarge { get; set; }

        public float[] AdversarialFeatures { get; set; } = [];

        public bool AttackSucceeded { get; set; }
    }
}
