using System.IO.Compression;
using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Onnx;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Persistence;
using Microsoft.ML.Adversarial.TestData;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>The golden MLP, brought in each form that it comes in, as a step of a pipeline.</summary>
[TestClass]
public sealed class NetworkFromElsewhereTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void DeleteFolder() => _folder.Dispose();

    [TestMethod]
    [DataRow("weights", "network.safetensors")]
    [DataRow("onnx", "network.onnx")]
    [DataRow("torchscript", "network.torchscript.pt")]
    public void A_chain_is_saved_loaded_and_run_in_a_fresh_process(string form, string entry)
    {
        using var classifier = Brought(form);
        var rows = Mnist.Load(_ml, 40);
        var model = _ml.Transforms.NeuralNetwork(classifier, labelColumnName: "Label").Append(_ml.Transforms.FisherTrace()).Fit(rows);
        _ml.Model.Save(model, rows.Schema, _folder.File("chain.zip"));
        using (var file = File.Create(_folder.File("chain.idv")))
        {
            _ml.Data.SaveAsBinary(rows, file);
        }

        using var zip = ZipFile.OpenRead(_folder.File("chain.zip"));
        Assert.AreEqual(1, zip.Entries.Count(one => one.Name == entry));
        var loaded = _ml.Model.Load(_folder.File("chain.zip"), out _);
        var expected = RowText.Of(model.Transform(rows)).ToArray();
        CollectionAssert.AreEqual(expected, RowText.Of(loaded.Transform(rows)).ToArray());
        FreshProcess.Run(_folder.FullName);
        CollectionAssert.AreEqual(
            RowText.Of(model.Transform(_ml.Data.LoadFromBinary(_folder.File("chain.idv")))).ToArray(), File.ReadAllLines(_folder.File("chain.txt")));
        Assert.IsGreaterThan(0.9, _ml.MulticlassClassification.Evaluate(loaded.Transform(rows)).MicroAccuracy);
    }

    [TestMethod]
    [DataRow("onnx")]
    [DataRow("torchscript")]
    public void Columns_are_those_of_the_network_itself(string form)
    {
        using var classifier = Brought(form);
        using var own = Brought("weights");
        var rows = Mnist.Load(_ml, 40);
        IDataView Scored(NetworkClassifier one) => _ml.Transforms.NeuralNetwork(one).Append(_ml.Transforms.FisherTrace()).Fit(rows).Transform(rows);
        string[] columns = ["PredictedLabel", "Score", "Probability", "Logits", "FisherTrace"];
        Cells.AreEqual(Cells.Read(Scored(own), columns), Cells.Read(Scored(classifier), columns), tolerance: 1e-4f);
    }

    [TestMethod]
    public void Attacks_find_the_network()
    {
        using var classifier = Brought("onnx");
        var rows = Mnist.Load(_ml, 40);
        var model = _ml.Transforms.NeuralNetwork(classifier, labelColumnName: "Label").Fit(rows);
        var attacked = _ml.Transforms.AdversarialAttack(model, new FastGradientMethod(Norm.LInfinity, 0.3)).Fit(rows).Transform(rows);
        Assert.IsGreaterThan(30, Cells.Read(attacked, "AttackSucceeded").Values.Count(cells => cells[0] == 1));
    }

    [TestMethod]
    public void Classes_have_the_names_that_they_are_given()
    {
        using var classifier = Brought("onnx");
        string[] names = [.. Enumerable.Range(0, 10).Select(digit => $"digit {digit}")];
        var scored = _ml.Transforms.NeuralNetwork(classifier, labels: names).Fit(Mnist.Load(_ml, 4)).Transform(Mnist.Load(_ml, 4));
        CollectionAssert.AreEqual(names, Cells.KeyValues(scored.Schema["PredictedLabel"]));
    }

    [TestMethod]
    public void What_does_not_fit_is_refused()
    {
        using var classifier = Brought("onnx");
        var transforms = _ml.Transforms;
        Assert.Throws<ArgumentException>(() => transforms.NeuralNetwork(classifier, labels: ["one", "two"]));
        Assert.Throws<ArgumentException>(() => transforms.NeuralNetwork(classifier, labelColumnName: "Label", labels: [.. Enumerable.Range(0, 10).Select(digit => $"{digit}")]));
        Assert.Throws<ArgumentException>(() => transforms.NeuralNetwork(classifier, "Pixels").Fit(Mnist.Load(_ml, 4)));
        Assert.Throws<ArgumentException>(() => transforms.NeuralNetwork(classifier).Fit(Fruit.Load(_ml, 10, seed: 1)));
        using var module = nn.Linear(5, 3);
        using var around = new NetworkClassifier(module, [5], 3, InputBounds.Unit);
        Assert.Throws<ArgumentException>(() => transforms.NeuralNetwork(around));
    }

    private static NetworkClassifier Brought(string form)
    {
        static string Golden(string name) => Path.Combine(AppContext.BaseDirectory, "golden", name);
        using var weights = File.OpenRead(Golden("mlp.safetensors"));
        return form switch
        {
            "weights" => new(Network.Load(NetworkDefinition.MultilayerPerceptron.Bind([1, 28, 28], 10), weights), InputBounds.Unit),
            "onnx" => new(OnnxNetwork.Load(Golden("mlp.onnx")), InputBounds.Unit),
            _ => new(TorchScriptNetwork.Load(Golden("mlp.torchscript.pt"), [1, 28, 28]), InputBounds.Unit),
        };
    }
}
