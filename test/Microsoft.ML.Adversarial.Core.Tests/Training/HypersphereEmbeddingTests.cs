using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

[TestClass]
public sealed class HypersphereEmbeddingTests
{
    [TestMethod]
    [DataRow("s15_m0.2", 15.0, 0.2, ScalarType.Float64, 1e-9)]
    [DataRow("s10_m0.35", 10.0, 0.35, ScalarType.Float64, 1e-9)]
    [DataRow("s15_m0.2", 15.0, 0.2, ScalarType.Float32, 1e-5)]
    [DataRow("s10_m0.35", 10.0, 0.35, ScalarType.Float32, 1e-5)]
    public void LossAndGradientsAreTheGoldenOnes(string name, double scale, double margin, ScalarType type, double tolerance)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Network mlp = Golden.Network("mlp");
        Dictionary<string, Tensor> golden = Golden.Tensors("mlp_hypersphere");
        Tensor features = golden["features"].to(type).detach().clone().requires_grad_();
        Tensor weight = mlp.Module.get_parameter("5.weight")!.detach().to(type).clone().requires_grad_();

        Tensor cosines = HypersphereModule.Cosines(features, weight);
        HypersphereEmbedding embedding = new() { Scale = scale, Margin = margin };
        Tensor loss = nn.functional.cross_entropy(embedding.WithMargin(cosines * scale, golden["labels"]), golden["labels"]);
        loss.backward();

        AssertNear(golden["cos"], cosines.detach(), tolerance);
        AssertNear(golden[$"loss_{name}"].flatten(), loss.detach().reshape(1), tolerance);
        AssertNear(golden[$"grad_features_{name}"], features.grad!, tolerance);
        AssertNear(golden[$"grad_weight_{name}"], weight.grad!, tolerance);
        foreach (Tensor tensor in golden.Values)
        {
            tensor.Dispose();
        }
    }

    [TestMethod]
    public void TheLossIsStableAtAScaleOf64()
    {
        // cos θ of ±1: exponentials up to e^64, of which float32 holds none after a sum of squares; the loss is a plain number all the same.
        using DisposeScope scope = torch.NewDisposeScope();
        HypersphereEmbedding embedding = new() { Scale = 64, Margin = 0.35 };
        Tensor cosines = torch.tensor(new float[,] { { -1, 1, 0.5f }, { 1, -1, -1 } });
        Tensor labels = torch.tensor(new long[] { 0, 0 });
        float[] losses = nn.functional.cross_entropy(embedding.WithMargin(cosines * 64, labels), labels, reduction: nn.Reduction.None)
            .data<float>().ToArray();
        double[] exact = [LogSumExp(-64 * 1.35, 64, 32) - (-64 * 1.35), LogSumExp(64 * 0.65, -64, -64) - (64 * 0.65)];
        Assert.AreEqual(exact[0], losses[0], 1e-4);
        Assert.AreEqual(exact[1], losses[1], 1e-6);
    }

    [TestMethod]
    public void ScoringKnowsNoMarginAndLogitsAreCosinesTimesScale()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        NetworkDefinition definition = TestNetworks.Images.WithHypersphereEmbedding(12);
        using Network network = SmallNetwork.Created(definition);
        Tensor inputs = TestNetworks.Uniform([20, 3, 5, 5]);
        using IDisposable frozen = torch.no_grad();
        Tensor logits = network.Module.call(inputs);
        Assert.IsLessThanOrEqualTo(12.0001f, logits.abs().max().item<float>());

        using MemoryStream weights = SmallNetwork.Weights(network);
        using Network loaded = Network.Load(NetworkDefinition.FromJson(network.Definition.ToJson()), weights);
        AssertNear(logits, loaded.Module.call(inputs), 0);
    }

    [TestMethod]
    public void NetworksThatDoNotEndInALinearAreRefused()
    {
        NetworkDefinition definition = new() { Layers = [new LinearLayer(), new TanhLayer()] };
        var e = Assert.ThrowsExactly<InvalidOperationException>(() => definition.WithHypersphereEmbedding(15));
        Assert.Contains("layers[1]: expected a Linear", e.Message);
    }

    [TestMethod]
    public void TrainingNeedsTheEmbeddingsLayer()
    {
        using TrainingTask task = new();
        var e = Assert.ThrowsExactly<ArgumentException>(() => task.Run(new() { Hypersphere = new() }));
        Assert.Contains("last layer is a Hypersphere of scale 15", e.Message);
    }

    [TestMethod]
    public void SettingsOutOfRangeAreErrors()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new HypersphereEmbedding { Scale = 0 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new HypersphereEmbedding { Scale = -1 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new HypersphereEmbedding { Margin = -0.1 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new HypersphereEmbedding { Margin = 2 });
        Assert.ThrowsExactly<DefinitionOptionException>(() => new HypersphereLayer(3, 0));
    }

    private static double LogSumExp(params double[] values) => values.Max() + Math.Log(values.Sum(value => Math.Exp(value - values.Max())));

    private static void AssertNear(Tensor expected, Tensor actual, double tolerance)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        CollectionAssert.AreEqual(expected.shape, actual.shape);
        Assert.IsLessThanOrEqualTo(tolerance, (expected - actual).abs().max().to(ScalarType.Float64).item<double>());
    }
}
