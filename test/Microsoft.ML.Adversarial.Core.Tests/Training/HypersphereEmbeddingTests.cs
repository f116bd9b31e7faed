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
    public void TheGradientsAreStableAtAScaleOf64()
    {
        // The first two rows point along a class's weights and away from them. A rounding of cos θ is 64 times as large in a logit.
        using DisposeScope scope = torch.NewDisposeScope();
        const double Scale = 64;
        const double Margin = 0.35;
        float[][] features = [[3, 0, 0, 0], [-2, 0, 0, 0], [0.3f, -0.2f, 0.9f, 0.4f], [0.1f, 0.7f, -0.6f, 5]];
        float[][] weights = [[0.5f, 0, 0, 0], [0, -2, 1, 0.5f], [0.4f, 0.3f, -0.2f, 0.1f]];
        int[] labels = [0, 0, 1, 2];
        Tensor feature = torch.stack(features.Select(row => torch.tensor(row))).requires_grad_();
        Tensor weight = torch.stack(weights.Select(row => torch.tensor(row))).requires_grad_();
        Tensor label = torch.tensor(labels, ScalarType.Int64);
        HypersphereEmbedding embedding = new() { Scale = Scale, Margin = Margin };
        nn.functional.cross_entropy(embedding.WithMargin(HypersphereModule.Cosines(feature, weight) * Scale, label), label).backward();

        double[][] unit = [.. features.Select(Unit)];
        double[][] direction = [.. weights.Select(Unit)];
        double[,] featureGradient = new double[4, 4];
        double[,] weightGradient = new double[3, 4];
        for (int row = 0; row < 4; row++)
        {
            double[] cosines = [.. direction.Select(axis => axis.Zip(unit[row], (a, b) => a * b).Sum())];
            double[] logits = [.. cosines.Select((cosine, index) => Scale * (cosine - (index == labels[row] ? Margin : 0)))];
            for (int index = 0; index < 3; index++)
            {
                // Of the mean loss with respect to cos θ.
                double slope = Scale * (Math.Exp(logits[index] - LogSumExp(logits)) - (index == labels[row] ? 1 : 0)) / 4;
                for (int at = 0; at < 4; at++)
                {
                    featureGradient[row, at] += slope * (direction[index][at] - (cosines[index] * unit[row][at])) / Length(features[row]);
                    weightGradient[index, at] += slope * (unit[row][at] - (cosines[index] * direction[index][at])) / Length(weights[index]);
                }
            }
        }

        Assert.IsGreaterThan(8, featureGradient.Cast<double>().Max(Math.Abs), "The label of one row is far from the most likely class.");
        AssertNear(torch.tensor(featureGradient), feature.grad!, 1e-4);
        AssertNear(torch.tensor(weightGradient), weight.grad!, 1e-4);
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

    private static double Length(float[] values) => Math.Sqrt(values.Sum(value => (double)value * value));

    private static double[] Unit(float[] values) => [.. values.Select(value => value / Length(values))];

    private static void AssertNear(Tensor expected, Tensor actual, double tolerance)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        CollectionAssert.AreEqual(expected.shape, actual.shape);
        Assert.IsLessThanOrEqualTo(tolerance, (expected - actual).abs().max().to(ScalarType.Float64).item<double>());
    }
}
