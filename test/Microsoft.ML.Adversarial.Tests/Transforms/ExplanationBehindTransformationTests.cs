using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Explanations;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Trainers;
using Microsoft.ML.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>Behind input transformations, gradients are those with respect to what the network reads: the transformed features.</summary>
[TestClass]
public sealed class ExplanationBehindTransformationTests
{
    private static readonly string[] Vectors = ["FirstGradient", "SecondGradient", "TowardsFirst", "TowardsSecond"];

    private readonly MLContext _ml = new(seed: 1);

    private IDataView Train => Fruit.LoadLabelled(_ml, 120, seed: 1, noise: 0.3);

    private IDataView Test => Fruit.LoadLabelled(_ml, 30, seed: 2, noise: 0.3);

    [TestMethod]
    [DataRow("bit depth")]
    [DataRow("median")]
    [DataRow("thermometer")]
    [DataRow("median, then bit depth")]
    public void Gradients_are_those_of_the_network_at_the_transformed_features(string defence)
    {
        var model = Defence(defence).Append(Fruit.TrainerOn(_ml, "Read", epochs: 5)).Fit(Train);
        var rows = model.Transform(Test);
        var explained = _ml.Transforms.InputGradient(model, "Part").Append(_ml.Transforms.ConfusingLogits(model)).Fit(rows).Transform(rows);
        using var scope = NewDisposeScope();
        var network = model.LastTransformer.Model;
        var inputs = Tensor(rows, "Read", network.InputShape);

        // By autograd itself, and not by what the step is made of.
        var leaf = inputs.detach().clone().requires_grad_();
        network.Module.call(leaf).amax([1]).sum().backward();
        AssertClose(leaf.grad!, explained, "Part");
        AssertClose(leaf.grad!, explained, "FirstGradient");

        using var direct = new ConfusingLogits().Compute(network, inputs);
        AssertClose(direct.SecondGradient, explained, "SecondGradient");
        AssertClose(direct.TowardsFirst, explained, "TowardsFirst");
        AssertClose(direct.TowardsSecond, explained, "TowardsSecond");
        var type = (VectorDataViewType)explained.Schema["Part"].Type;
        CollectionAssert.AreEqual(network.InputShape.Select(size => (int)size).ToArray(), type.Dimensions.ToArray());
    }

    [TestMethod]
    public void In_one_pipeline_and_from_a_file_they_are_the_same()
    {
        var model = Defence("bit depth").Append(Fruit.TrainerOn(_ml, "Read", epochs: 5))
            .Append(_ml.Transforms.InputGradient("Part")).Append(_ml.Transforms.ConfusingLogits()).Fit(Train);
        var rows = model.Transform(Test);
        var beside = _ml.Transforms.InputGradient(model, "Part").Append(_ml.Transforms.ConfusingLogits(model)).Fit(rows).Transform(rows);
        string[] columns = ["Part", .. Vectors];
        Cells.AreEqual(Cells.Read(beside, columns), Cells.Read(rows, columns), tolerance: 0);

        using var file = new MemoryStream();
        _ml.Model.Save(model, Train.Schema, file);
        file.Position = 0;
        Cells.AreEqual(Cells.Read(rows, columns), Cells.Read(new MLContext().Model.Load(file, out _).Transform(Test), columns), tolerance: 0);
    }

    /// <summary>A gradient is shaped as the features, but no transformation made it: an attack on what reads it goes through none.</summary>
    [TestMethod]
    public void Who_reads_an_explanation_reads_no_transformed_features()
    {
        var model = Defence("bit depth").Append(Fruit.TrainerOn(_ml, "Read", epochs: 2)).Fit(Train);
        var rows = model.Transform(Train);
        var explained = _ml.Transforms.InputGradient(model, "Part").Append(_ml.Transforms.ConfusingLogits(model)).Fit(rows).Transform(rows);
        Assert.HasCount(1, ColumnTransformation.Of(explained.Schema["Read"]));
        foreach (var column in (string[])["Part", .. Vectors])
            Assert.HasCount(0, ColumnTransformation.Of(explained.Schema[column]), column);

        var options = Fruit.Options(epochs: 2);
        (options.FeatureColumnName, options.PredictedLabelColumnName, options.ScoreColumnName) = ("Part", "Second", "SecondScore");
        var second = _ml.MulticlassClassification.Trainers.NeuralNetwork(options).Fit(explained);
        var attacked = _ml.Transforms.AdversarialAttack(second, new FastGradientMethod(Norm.LInfinity, 1e-3)).Fit(explained).Transform(explained);
        var (before, after) = (Cells.Read(attacked, "Part"), Cells.Read(attacked, "AdversarialFeatures"));
        foreach (var (id, cells) in before)
            Cells.AreEqual(cells, after[id], 1.01e-3f, $"{id}");
    }

    private static Tensor Tensor(IDataView view, string column, IReadOnlyList<long> shape) =>
        tensor(Cells.Read(view, column).Values.SelectMany(row => row).ToArray()).reshape([-1, .. shape]);

    private static void AssertClose(Tensor expected, IDataView view, string column) => Cells.AreEqual(
        expected.contiguous().data<float>().ToArray(), [.. Cells.Read(view, column).Values.SelectMany(row => row)], 1e-4f, column);

    private IEstimator<ITransformer> Defence(string name) => name switch
    {
        "bit depth" => _ml.Transforms.BitDepthReduction("Read", "Features", bits: 2),
        "median" => _ml.Transforms.MedianSmoothing("Read", "Features", imageShape: [1, 2, 4]),
        "thermometer" => _ml.Transforms.ThermometerEncoding("Read", "Features", levels: 3),
        _ => _ml.Transforms.MedianSmoothing("Smooth", "Features", imageShape: [1, 2, 4]).Append(_ml.Transforms.BitDepthReduction("Read", "Smooth", bits: 2)),
    };
}
