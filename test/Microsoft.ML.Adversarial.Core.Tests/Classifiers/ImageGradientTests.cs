using Microsoft.ML.Adversarial.Fisher;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>Networks that begin with a convolution take their gradients a way of their own: float64 takes libtorch's and is the oracle.</summary>
[TestClass]
public sealed class ImageGradientTests
{
    public static IEnumerable<object[]> Convolutions =>
    [
        [1, new Conv2dLayer(6, 5)],
        [1, new Conv2dLayer(6, 5, padding: 2)],
        [3, new Conv2dLayer(4, 3, stride: 2)],
        [3, new Conv2dLayer(4, 3, stride: 2, padding: 1, bias: false)],
        [2, new Conv2dLayer(4, new(3, 2), stride: new(1, 2), padding: new(0, 1))],
        [2, new Conv2dLayer(4, 3, dilation: 2, padding: 1)],
        [4, new Conv2dLayer(4, 2, stride: 3)], // Leaves pixels that nothing reads.
        [5, new Conv2dLayer(4, 3)],
        [4, new Conv2dLayer(4, 3, groups: 2)],
    ];

    [TestMethod]
    [DynamicData(nameof(Convolutions))]
    public void TheyAreThoseOfAutograd(int channels, LayerDefinition convolution)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        var (single, oracle) = Classifiers(channels, convolution);
        using NetworkClassifier first = single, second = oracle;
        foreach (long[] shape in new long[][] { [7, channels, 9, 8], [7, channels * 9 * 8] })
        {
            Tensor inputs = TestNetworks.Uniform(shape);
            Tensor weights = TestNetworks.Normal([7, 3]);
            using IDisposable grad = enable_grad();
            Tensor actual = ((IDifferentiableClassifier)single).InputGradient(inputs.requires_grad_(), _ => weights.to(ScalarType.Float32));
            Tensor expected = ((IDifferentiableClassifier)oracle).InputGradient(
                inputs.detach().to(ScalarType.Float64).requires_grad_(), _ => weights.to(ScalarType.Float64));

            CollectionAssert.AreEqual(shape, actual.shape);
            Assert.IsLessThan(2e-5, ((actual - expected).abs().max() / expected.abs().max()).item<double>());
            Assert.IsNull(inputs.grad);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Convolutions))]
    public void SensitivitiesGoTheSameWay(int channels, LayerDefinition convolution)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        var (single, oracle) = Classifiers(channels, convolution);
        using NetworkClassifier first = single, second = oracle;
        Tensor inputs = TestNetworks.Uniform([5, channels, 9, 8]);
        using FisherScores actual = new FisherInformation(single).Compute(inputs, FisherQuantities.Sensitivity);
        using FisherScores expected = new FisherInformation(oracle).Compute(inputs.to(ScalarType.Float64), FisherQuantities.Sensitivity);

        Tensor largest = expected.Sensitivity!.abs().flatten(1).amax(1);
        Assert.IsLessThan(1e-4, ((actual.Sensitivity! - expected.Sensitivity!).abs().flatten(1).amax(1) / largest).max().item<double>());
    }

    [TestMethod]
    public void ManyRowsAreTakenInParts()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        var (single, _) = Classifiers(1, new Conv2dLayer(2, 8, padding: 7));
        using NetworkClassifier classifier = single;
        Tensor inputs = TestNetworks.Uniform([700, 1, 9, 8]);
        using IDisposable grad = enable_grad();
        Tensor all = Gradient(inputs);
        Tensor last = Gradient(inputs.narrow(0, 690, 10));

        Assert.IsLessThan(1e-6, (all.narrow(0, 690, 10) - last).abs().max().item<float>());

        Tensor Gradient(Tensor rows) =>
            ((IDifferentiableClassifier)classifier).InputGradient(rows.detach().clone().requires_grad_(), logits => ones_like(logits));
    }

    private static (NetworkClassifier Single, NetworkClassifier Double) Classifiers(int channels, LayerDefinition convolution)
    {
        NetworkDefinition definition = new NetworkDefinition
        {
            Layers = [convolution, new ReLULayer(), new MaxPool2dLayer(2, 1), new FlattenLayer(), new LinearLayer()],
            Normalisation = new([.. Enumerable.Range(1, channels).Select(channel => channel / 10.0)], [.. Enumerable.Range(1, channels).Select(channel => channel / 5.0)]),
        }.Bind([channels, 9, 8], 3);
        using Generator generator = new(3);
        Network network = Network.Create(definition, generator);
        return (new(network, InputBounds.Unit), new(network.ToType(ScalarType.Float64), InputBounds.Unit));
    }
}
