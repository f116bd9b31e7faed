using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transforms;

[TestClass]
public sealed class FisherTraceTests
{
    private static readonly Lazy<FittedFruit> Shared = new(() => new FittedFruit());

    private static FittedFruit Fruit => Shared.Value;

    private static MLContext Ml => Shared.Value.Ml;

    [TestMethod]
    public void The_column_is_what_the_core_computes()
    {
        var rows = FruitRow.Create(60, seed: 5);
        var view = Ml.Transforms.FisherTrace(Fruit.Network).Fit(Fruit.Test).Transform(Fruit.Load(rows));
        using var inputs = tensor(rows.SelectMany(row => row.Features).ToArray()).reshape(60, FruitRow.FeatureCount);

        using var expected = new FisherTrace(Fruit.Network.Model).Score(inputs);

        Cells.AreEqual(expected.data<float>().ToArray(), [.. view.GetColumn<float>("FisherTrace")], 1e-5f, "trace");
    }

    [TestMethod]
    public void A_network_at_hand_gives_the_same_column()
    {
        var expected = Ml.Transforms.FisherTrace(Fruit.Network).Fit(Fruit.Test).Transform(Fruit.Test);
        var own = Ml.Transforms.FisherTrace(Fruit.Network.Model, Fruit.Network.FeatureColumnName).Fit(Fruit.Test).Transform(Fruit.Test);
        CollectionAssert.AreEqual(expected.GetColumn<float>("FisherTrace").ToArray(), own.GetColumn<float>("FisherTrace").ToArray());
    }

    [TestMethod]
    public void The_network_travels_with_its_score_column()
    {
        var data = Ml.Data;
        var scored = Fruit.Network.Transform(Fruit.Test);
        var expected = Cells.Read(Fruit.Scored, "FisherTrace");
        IDataView[] views =
        [
            scored, data.Cache(scored), data.ShuffleRows(scored, seed: 1), data.TakeRows(scored, 100),
            data.FilterRowsByColumn(scored, "Id", lowerBound: -1),
        ];
        foreach (var view in views)
        {
            var own = Ml.Transforms.FisherTrace("Again").Fit(view).Transform(view);
            Cells.AreEqual(expected, Cells.Read(own, "Again"), 1e-5f, view.GetType().Name);
        }
    }

    [TestMethod]
    public void A_copied_score_column_carries_its_network()
    {
        var chain = TestData.Fruit.Trainer(Ml, epochs: 1).Append(Ml.Transforms.CopyColumns("Copy", "Score"))
            .Append(Ml.Transforms.FisherTrace(scoreColumnName: "Copy")).Fit(Fruit.Train);
        Assert.IsTrue(chain.Transform(Fruit.Test).GetColumn<float>("FisherTrace").All(trace => trace >= 0));
    }

    [TestMethod]
    public void Of_two_networks_each_score_column_has_its_own()
    {
        var second = TestData.Fruit.Options(epochs: 1);
        second.ScoreColumnName = "Second";
        var scored = Fruit.Network.Transform(Fruit.Test);
        var other = Ml.MulticlassClassification.Trainers.NeuralNetwork(second).Fit(scored);
        var both = other.Transform(scored);

        var first = Ml.Transforms.FisherTrace("A", "Score").Fit(both).Transform(both);
        var last = Ml.Transforms.FisherTrace("B", "Second").Fit(first).Transform(first);

        Cells.AreEqual(Cells.Read(Fruit.Scored, "FisherTrace"), Cells.Read(last, "A"), 1e-5f);
        CollectionAssert.AreNotEqual(Cells.Read(last, "A").Values.First(), Cells.Read(last, "B").Values.First());
    }

    [TestMethod]
    public void Without_a_network_the_missing_step_is_named()
    {
        var estimator = Ml.Transforms.FisherTrace();
        const string Expected = "FisherTrace: expected a column 'Score' that carries its classifier";
        const string Advice = "Put the NeuralNetwork trainer before this step";

        Failures.Require<ArgumentException>(() => estimator.Fit(Fruit.Test), Expected, "got no such column", Advice);
        Failures.Require<ArgumentException>(() => estimator.GetOutputSchema(SchemaShape.Create(Fruit.Test.Schema)), Expected, Advice);

        var foreign = Ml.MulticlassClassification.Trainers.SdcaMaximumEntropy().Fit(Fruit.Train).Transform(Fruit.Test);
        Failures.Require<ArgumentException>(() => estimator.Fit(foreign), Expected, "got one that carries none", Advice);
        Failures.Require<ArgumentException>(
            () => Ml.MulticlassClassification.Trainers.SdcaMaximumEntropy().Append(estimator).Fit(Fruit.Train), Expected);
    }

    [TestMethod]
    public void A_score_column_that_is_not_there_is_named() => Failures.Require<ArgumentException>(
        () => Ml.Transforms.FisherTrace(scoreColumnName: "Missing").Fit(Fruit.Scored), "expected a column 'Missing'", "got no such column");

    [TestMethod]
    public void A_model_without_a_network_is_refused_at_once()
    {
        var foreign = TestData.Fruit.Labels(Ml).Append(Ml.MulticlassClassification.Trainers.SdcaMaximumEntropy())
            .Fit(TestData.Fruit.Load(Ml, 60, seed: 1));
        Failures.Require<ArgumentException>(
            () => Ml.Transforms.FisherTrace(foreign), "expected a model with a NeuralNetwork step", "without one");
    }

    [TestMethod]
    public void A_row_that_is_not_finite_is_named()
    {
        var rows = FruitRow.Create(40, seed: 5);
        rows[22].Features[3] = float.NaN;
        var view = Ml.Transforms.FisherTrace(Fruit.Network).Fit(Fruit.Test).Transform(Fruit.Load(rows));

        Failures.Require<InvalidOperationException>(() => Cells.Read(view, "FisherTrace"), "Row 22, column 'Features', slot 3");
    }

    [TestMethod]
    public void Features_of_another_size_are_refused_before_any_row()
    {
        var fitted = Ml.Transforms.FisherTrace(Fruit.Network).Fit(Fruit.Test);
        var narrow = Ml.Data.LoadFromEnumerable([new Narrow()]);
        Failures.Require<ArgumentException>(() => fitted.Transform(narrow), "Column 'Features': expected a vector of 8 Single");
        Failures.Require<ArgumentException>(() => Ml.Transforms.FisherTrace(Fruit.Network).Fit(narrow), "Column 'Features'");
    }

    private sealed class Narrow
    {
        [VectorType(7)]
        public float[] Features { get; set; } = new float[7];
    }
}
