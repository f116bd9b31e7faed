using Microsoft.ML.Adversarial.Explanations;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transforms;

[TestClass]
public sealed class InputGradientTransformTests
{
    private static readonly Lazy<FittedFruit> Shared = new(() => new FittedFruit());

    private static FittedFruit Fruit => Shared.Value;

    private static MLContext Ml => Shared.Value.Ml;

    [TestMethod]
    [DataRow("predicted")]
    [DataRow("runner-up")]
    [DataRow("class:1")]
    public void The_column_is_what_the_core_computes(string output)
    {
        var explained = ExplainedOutput.Parse(output);
        foreach (GradientAttribution attribution in new GradientAttribution[] { new InputGradient(), new GradientTimesInput(), new IntegratedGradients() })
        {
            var view = Ml.Transforms.InputGradient(Fruit.Network, "Part", attribution, explained).Fit(Fruit.Test).Transform(Fruit.Test);
            using var inputs = Features(view);
            using var expected = attribution.Attribute(Fruit.Network.Model, inputs, explained);
            Cells.AreEqual(expected.data<float>().ToArray(), [.. view.GetColumn<float[]>("Part").SelectMany(row => row)], 1e-4f, $"{attribution}");
        }
    }

    [TestMethod]
    public void The_label_is_read_from_its_column_and_matched_by_value()
    {
        var view = Ml.Transforms.InputGradient(Fruit.Network, "Part", output: ExplainedOutput.Loss, labelColumnName: "TargetLabel")
            .Fit(Fruit.Test).Transform(Fruit.Test);
        var classes = Cells.KeyValues(Fruit.Network.Transform(Fruit.Test).Schema["PredictedLabel"]);
        var values = Cells.KeyValues(view.Schema["TargetLabel"]);
        var targets = view.GetColumn<uint>("TargetLabel").Select(key => (long)Array.IndexOf(classes, values[key - 1])).ToArray();
        using var inputs = Features(view);
        using var expected = new InputGradient().Attribute(Fruit.Network.Model, inputs, ExplainedOutput.Loss, tensor(targets));
        Cells.AreEqual(expected.data<float>().ToArray(), [.. view.GetColumn<float[]>("Part").SelectMany(row => row)], 1e-4f, "loss");
    }

    [TestMethod]
    public void A_row_is_explained_alike_wherever_it_stands()
    {
        var transformer = Ml.Transforms.InputGradient(Fruit.Network, "Part", new SmoothGrad { Samples = 4 }).Fit(Fruit.Test);
        var all = transformer.Transform(Fruit.Test).GetColumn<float[]>("Part").ToArray();
        Assert.IsGreaterThan(0.01f, all[3].Zip(all[4], (one, other) => Math.Abs(one - other)).Max());
        var filtered = Ml.Data.ShuffleRows(transformer.Transform(Fruit.Test), seed: 5).GetColumn<float[]>("Part").ToArray();
        CollectionAssert.AreEquivalent(all.Select(row => row[0]).ToArray(), filtered.Select(row => row[0]).ToArray());
    }

    [TestMethod]
    public void An_output_that_the_network_lacks_is_refused() => Assert.Throws<ArgumentException>(
        () => Ml.Transforms.InputGradient(Fruit.Network, output: ExplainedOutput.OfClass(17)).Fit(Fruit.Test));

    private static Tensor Features(IDataView view) =>
        tensor(view.GetColumn<float[]>(Fruit.Network.FeatureColumnName).SelectMany(row => row).ToArray()).reshape(-1, FruitRow.FeatureCount);
}
