using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.RandomSearch;
using Microsoft.ML.Adversarial.Classifiers.Pipelines;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Networks.Onnx;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>The golden network, seen from outside through a pipeline.</summary>
[TestClass]
public sealed class GoldenPipelineTests
{
    private const int Rows = 1000;

    private static readonly string OnnxFile = Path.Combine(AppContext.BaseDirectory, "golden", "mlp.onnx");

    [TestMethod]
    public void SquareLeavesAsMuchThroughAPipelineAsOnTheNetwork()
    {
        MLContext ml = new(seed: 1);
        using DisposeScope scope = NewDisposeScope();
        using FileStream weights = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "golden", "mlp.safetensors"));
        using NetworkClassifier network = new(Network.Load(NetworkDefinition.MultilayerPerceptron.Bind([1, 28, 28], 10), weights), InputBounds.Unit);
        IDataView digits = Mnist.Load(ml, Rows);
        ITransformer model = ml.Transforms.NeuralNetwork(network, labelColumnName: "Label").Fit(digits);
        PipelineClassifier classifier = ml.Model.CreatePipelineClassifier(model, digits);
        SquareAttack attack = new(Norm.LInfinity, 0.1) { Queries = 5000 };

        PipelineAttackResult through = classifier.Attack(digits, attack);

        using AttackResult direct = attack.Run(
            network, classifier.Encode(digits), Goal.Misclassify(classifier.EncodeLabels(digits)));
        double robust = 1 - direct.Succeeded.to(ScalarType.Float64).mean().item<double>();
        Assert.IsLessThan(0.5, robust);
        Assert.AreEqual(robust, through.RobustAccuracy, 0.01);
        Assert.IsLessThan(500L * Rows, through.QueryCount);
    }

    /// <summary>OnnxRuntime's network as a step of a chain, saved and loaded: what a team that deploys ONNX has.</summary>
    [TestMethod]
    public void SquareLeavesAsMuchThroughOnnxRuntimeAsOnTheNetwork()
    {
        MLContext ml = new(seed: 1);
        using DisposeScope scope = NewDisposeScope();
        using NetworkClassifier network = new(OnnxNetwork.Load(OnnxFile), InputBounds.Unit);
        IDataView digits = Mnist.Load(ml, Rows);
        using MemoryStream stream = new();
        ml.Model.Save(
            ml.Transforms.CopyColumns("input", "Features").Append(ml.Transforms.ApplyOnnxModel("logits", "input", OnnxFile)).Fit(digits), digits.Schema, stream);
        stream.Position = 0;
        PipelineClassifier classifier = ml.Model.CreatePipelineClassifier(ml.Model.Load(stream, out _), digits, new() { ScoreColumnName = "logits" });
        Tensor inputs = classifier.Encode(digits);
        SquareAttack attack = new(Norm.LInfinity, 0.1) { Queries = 5000 };

        PipelineAttackResult through = classifier.Attack(digits, attack);

        using AttackResult direct = attack.Run(network, inputs, Goal.Misclassify(classifier.EncodeLabels(digits)));
        double robust = 1 - direct.Succeeded.to(ScalarType.Float64).mean().item<double>();
        // Logits are up to 35, where Float32 has steps of 4e-6: two orders of the same sums differ by a few of them.
        Tensor logits = network.Logits(inputs);
        Tensor differences = (classifier.Logits(inputs) - logits).abs().amax(1) / logits.abs().amax(1);
        Assert.IsLessThan(1e-6f, differences.max().item<float>());
        Assert.IsLessThan(0.5, robust);
        Assert.AreEqual(robust, through.RobustAccuracy, 0.01);
    }
}
