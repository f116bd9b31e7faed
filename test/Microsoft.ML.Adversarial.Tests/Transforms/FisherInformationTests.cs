using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Fisher;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transforms;

[TestClass]
public sealed class FisherInformationTests
{
    private static readonly Lazy<FittedFruit> Shared = new(() => new FittedFruit());

    private static FittedFruit Fruit => Shared.Value;

    private static MLContext Ml => Shared.Value.Ml;

    [TestMethod]
    public void The_columns_are_what_the_core_computes()
    {
        var rows = FruitRow.Create(60, seed: 5);
        var view = Ml.Transforms.FisherInformation(Fruit.Network).Fit(Fruit.Test).Transform(Fruit.Load(rows));
        using var inputs = tensor(rows.SelectMany(row => row.Features).ToArray()).reshape(60, FruitRow.FeatureCount);
        using var expected = new FisherInformation(Fruit.Network.Model).Compute(inputs, (FisherQuantities)63);

        void AssertColumn(string name, Tensor values) =>
            Cells.AreEqual(values.data<float>().ToArray(), [.. view.GetColumn<float>(name)], 1e-4f, name);
        AssertColumn("FisherTrace", expected.Trace!);
        AssertColumn("FisherQuadraticForm", expected.QuadraticForm!);
        AssertColumn("NormalisedFisherQuadraticForm", expected.NormalisedQuadraticForm!);
        AssertColumn("FisherTopEigenvalue", expected.TopEigenvalue!);
        AssertColumn("FisherSensitivityNorm", expected.SensitivityNorm!);
        var sensitivities = view.GetColumn<float[]>("FisherSensitivity").SelectMany(row => row).ToArray();
        Cells.AreEqual(expected.Sensitivity!.data<float>().ToArray(), sensitivities, 1e-4f, "sensitivity");
    }

    [TestMethod]
    public void The_direction_of_the_label_reads_the_label()
    {
        var columns = new FisherColumns { Label = "TargetLabel" };
        var view = Ml.Transforms.FisherInformation(Fruit.Network, columns, FisherDirection.Label).Fit(Fruit.Test).Transform(Fruit.Test);
        var classes = Cells.KeyValues(Fruit.Network.Transform(Fruit.Test).Schema["PredictedLabel"]);
        var values = Cells.KeyValues(view.Schema["TargetLabel"]);
        var targets = view.GetColumn<uint>("TargetLabel").Select(key => (long)Array.IndexOf(classes, values[key - 1])).ToArray();
        Assert.IsGreaterThan(1, targets.Distinct().Count());
        using var inputs = tensor(view.GetColumn<float[]>(Fruit.Network.FeatureColumnName).SelectMany(row => row).ToArray())
            .reshape(targets.Length, FruitRow.FeatureCount);

        using var expected = new FisherInformation(Fruit.Network.Model, FisherDirection.Label)
            .Compute(inputs, FisherQuantities.QuadraticForm, tensor(targets));

        using var quotient = tensor(view.GetColumn<float>("FisherQuadraticForm").ToArray()) / expected.QuadraticForm!;
        Cells.AreEqual(Enumerable.Repeat(1f, targets.Length).ToArray(), quotient.data<float>().ToArray(), 1e-4f, "form");
    }

    [TestMethod]
    public void Columns_must_have_names_and_a_network()
    {
        Assert.ThrowsExactly<ArgumentException>(() => Ml.Transforms.FisherInformation(FisherColumns.None));
        Assert.ThrowsExactly<ArgumentException>(() => Ml.Transforms.FisherInformation(new FisherColumns { Trace = "Same", TopEigenvalue = "Same" }));
        Assert.Contains(
            "NeuralNetwork", Assert.ThrowsExactly<ArgumentException>(() => Ml.Transforms.FisherInformation().Fit(Fruit.Test)).Message);
    }

    [TestMethod]
    public void A_layer_without_a_rule_is_a_warning_that_names_it()
    {
        var ml = new MLContext(seed: 1);
        var messages = new List<string>();
        ml.Log += (_, e) => messages.Add(e.RawMessage);
        using var module = nn.Sequential(nn.Linear(FruitRow.FeatureCount, 4), nn.PReLU(4), nn.Linear(4, 3));
        module.eval();
        using var classifier = new NetworkClassifier(module, [FruitRow.FeatureCount], 3, InputBounds.Unbounded);
        var test = ml.Data.LoadFromEnumerable(FruitRow.Create(5, seed: 5));

        var estimator = ml.Transforms.FisherInformation(classifier, "Features");
        var transformer = estimator.Fit(test);
        Assert.HasCount(5, transformer.Transform(test).GetColumn<float>("FisherTrace").ToArray());

        Assert.HasCount(1, messages.Where(message => message.Contains("PReLU") && message.Contains("one by one")).ToArray(), string.Join('\n', messages));
    }
}
