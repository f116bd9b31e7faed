using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.TestData;

/// <summary>Small networks and inputs for tests that need no trained ones.</summary>
internal static class TestNetworks
{
    /// <summary>Inputs [3, 5, 5] in [0, 1] to four classes, with convolution, batch normalisation and dropout.</summary>
    public static NetworkDefinition Images { get; } = new()
    {
        InputShape = [3, 5, 5],
        ClassCount = 4,
        Normalisation = new([0.5], [0.25]),
        Layers =
        [
            new Conv2dLayer(6, 3), new BatchNorm2dLayer(), new ReLULayer(),
            new FlattenLayer(), new DropoutLayer(0.5), new LinearLayer(10), new TanhLayer(), new LinearLayer(),
        ],
    };

    public static NetworkClassifier Classifier(NetworkDefinition definition, InputBounds? bounds = null) =>
        new(SmallNetwork.Created(definition, seed: 5), bounds ?? InputBounds.Unit);

    /// <summary>Uniform in [0, 1), the same for the same seed.</summary>
    public static Tensor Uniform(long[] shape, ulong seed = 1, ScalarType type = ScalarType.Float32)
    {
        using Generator generator = new(seed);
        return torch.rand(shape, type, generator: generator);
    }

    public static Tensor Normal(long[] shape, ulong seed = 1, ScalarType type = ScalarType.Float64)
    {
        using Generator generator = new(seed);
        return torch.randn(shape, type, generator: generator);
    }

    public static Tensor Classes(long rows, int count, ulong seed = 2)
    {
        using Generator generator = new(seed);
        return torch.randint(0, count, [rows], ScalarType.Int64, generator: generator);
    }

    public static Tensor Predictions(IClassifier classifier, Tensor inputs)
    {
        using IDisposable frozen = torch.no_grad();
        using Tensor logits = classifier.Logits(inputs);
        return logits.argmax(1);
    }
}
