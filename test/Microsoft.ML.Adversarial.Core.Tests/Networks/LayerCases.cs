using Microsoft.ML.Adversarial.Networks.Layers;

namespace Microsoft.ML.Adversarial.Networks;

/// <summary>Every kind of layer with options that are not the defaults, and an input that it takes.</summary>
internal static class LayerCases
{
    public static readonly IReadOnlyList<(LayerDefinition Layer, long[] Input)> All =
    [
        (new LinearLayer(7, bias: false), [5]),
        (new Conv2dLayer(6, (2, 3), (2, 1), (1, 2), (1, 2), groups: 2, bias: false), [4, 9, 10]),
        (new BatchNorm1dLayer(eps: 0.001, momentum: 0.25), [5]),
        (new BatchNorm2dLayer(eps: 0.002, momentum: 0.75), [3, 4, 5]),
        (new ReLULayer(), [3, 4]),
        (new LeakyReLULayer(0.2), [3, 4]),
        (new ELULayer(0.7), [3, 4]),
        (new GELULayer(), [3, 4]),
        (new SiLULayer(), [3, 4]),
        (new SoftplusLayer(beta: 2, threshold: 15), [3, 4]),
        (new TanhLayer(), [3, 4]),
        (new SigmoidLayer(), [3, 4]),
        (new MaxPool2dLayer((3, 2), (2, 1), (1, 0), (1, 2)), [2, 8, 9]),
        (new AvgPool2dLayer((3, 2), (1, 2), (0, 1)), [2, 8, 9]),
        (new AdaptiveAvgPool2dLayer((2, 3)), [2, 8, 9]),
        (new FlattenLayer(), [2, 3, 4]),
        (new DropoutLayer(0.25), [3, 4]),
        (new ResidualLayer([new Conv2dLayer(4, 1), new BatchNorm2dLayer()], [new Conv2dLayer(4, 1, bias: false)]), [3, 5, 5]),
        (new HypersphereLayer(7, scale: 12.5), [5]),
    ];

    /// <summary>Options drawn at random, valid by themselves; they may or may not take the input.</summary>
    public static (LayerDefinition Layer, long[] Input) Random(string type, Random random)
    {
        Size2d Size(int from, int to) => (random.Next(from, to + 1), random.Next(from, to + 1));
        Size2d UpTo(Size2d limit) => (random.Next(limit.Height + 1), random.Next(limit.Width + 1));
        long[] image = [random.Next(1, 7), random.Next(1, 13), random.Next(1, 13)];
        long[] any = image[..random.Next(1, 4)];
        int groups = random.Next(1, 4);
        Size2d kernel = Size(1, 5);
        Size2d half = (kernel.Height / 2, kernel.Width / 2);
        return type switch
        {
            "Linear" => (new LinearLayer(random.Next(1, 9), random.Next(2) == 0), any),
            "Conv2d" => (
                new Conv2dLayer(groups * random.Next(1, 4), kernel, Size(1, 3), Size(0, 3), Size(1, 3), groups, random.Next(2) == 0),
                image),
            "BatchNorm1d" => (new BatchNorm1dLayer(), any),
            "MaxPool2d" => (new MaxPool2dLayer(kernel, Size(1, 3), UpTo(half), Size(1, 2)), image),
            "AvgPool2d" => (new AvgPool2dLayer(kernel, Size(1, 3), UpTo(half)), image),
            "AdaptiveAvgPool2d" => (new AdaptiveAvgPool2dLayer(kernel), image),
            "Flatten" => (new FlattenLayer(), any),
            "Residual" => (
                new ResidualLayer([new Conv2dLayer(3, kernel, padding: half), new ReLULayer()], [new Conv2dLayer(3, 1)]), image),
            _ => All.First(one => one.Layer.Type == type),
        };
    }

    /// <summary>A network that is this layer, then Flatten and Linear.</summary>
    public static NetworkDefinition Within(LayerDefinition layer, long[] input) =>
        new() { InputShape = input, ClassCount = 3, Layers = [layer, new FlattenLayer(), new LinearLayer()] };
}
