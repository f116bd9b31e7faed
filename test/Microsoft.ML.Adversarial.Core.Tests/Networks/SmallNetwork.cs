using Microsoft.ML.Adversarial.Networks.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks;

/// <summary>A small network with every kind of state, and how tests make and compare networks.</summary>
internal static class SmallNetwork
{
    public static readonly NetworkDefinition Small = new()
    {
        InputShape = [2, 6, 6],
        ClassCount = 3,
        Normalisation = new([0.5, 0.25], [0.2, 0.4]),
        Layers =
        [
            new Conv2dLayer(4, 3), new BatchNorm2dLayer(), new ReLULayer(),
            new ResidualLayer([new Conv2dLayer(6, 1)], [new Conv2dLayer(6, 1, bias: false)]),
            new FlattenLayer(), new DropoutLayer(0.5), new LinearLayer(),
        ],
    };

    public static Network Created(NetworkDefinition definition, ulong seed = 1)
    {
        using Generator generator = new(seed);
        return Network.Create(definition, generator);
    }

    public static MemoryStream Weights(Network network)
    {
        MemoryStream stream = new();
        network.WriteWeights(stream);
        stream.Position = 0;
        return stream;
    }

    public static byte[] Bits(Tensor tensor) => tensor.contiguous().bytes.ToArray();
}
