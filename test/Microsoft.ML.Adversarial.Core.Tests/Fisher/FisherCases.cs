using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>Networks whose Fisher information is compared with the definition.</summary>
internal static class FisherCases
{
    public static readonly IReadOnlyDictionary<string, NetworkDefinition> All = new Dictionary<string, NetworkDefinition>
    {
        ["one layer"] = Of([6], 4, new LinearLayer()),
        ["one layer without bias"] = Of([6], 4, new LinearLayer(bias: false)),
        ["two classes"] = Of([6], 2, new LinearLayer(5), new TanhLayer(), new LinearLayer()),
        ["perceptron"] = Of(
            [2, 3], 5, new FlattenLayer(), new LinearLayer(8), new ReLULayer(), new LinearLayer(7, bias: false),
            new ReLULayer(), new LinearLayer()),
        ["convolutions"] = Of(
            [3, 9, 8], 4, new Conv2dLayer(4, 3, padding: 1), new ReLULayer(), new Conv2dLayer(5, (3, 2), (2, 1)), new ReLULayer(),
            new FlattenLayer(), new LinearLayer()),
        ["dilation and groups"] = Of(
            [4, 10, 9], 3, new Conv2dLayer(6, (2, 3), (2, 1), (1, 2), (1, 2), groups: 2, bias: false),
            new SiLULayer(), new Conv2dLayer(6, 2, groups: 6), new FlattenLayer(), new LinearLayer()),
        ["large maps"] = Of(
            [1, 14, 14], 3, new Conv2dLayer(2, 3, padding: 1), new ReLULayer(), new MaxPool2dLayer(7), new FlattenLayer(),
            new LinearLayer()),
        ["batch norm of vectors"] = Of(
            [6], 4, new BatchNorm1dLayer(), new LinearLayer(7), new BatchNorm1dLayer(eps: 0.1), new ReLULayer(), new LinearLayer()),
        ["batch norm of maps"] = Of(
            [3, 6, 6], 4, new BatchNorm2dLayer(), new Conv2dLayer(4, 3), new BatchNorm2dLayer(), new ReLULayer(),
            new FlattenLayer(), new LinearLayer()),
        ["residual blocks"] = Of(
            [3, 6, 6], 4,
            new ResidualLayer([new Conv2dLayer(3, 3, padding: 1), new ReLULayer(), new Conv2dLayer(3, 3, padding: 1)]), new ReLULayer(),
            new ResidualLayer(
                [new Conv2dLayer(5, 3, 2, 1, bias: false), new BatchNorm2dLayer()],
                [new Conv2dLayer(5, 1, 2, bias: false), new BatchNorm2dLayer()]),
            new AdaptiveAvgPool2dLayer(1), new FlattenLayer(), new LinearLayer()),
        ["residual of vectors"] = Of([6], 3, new ResidualLayer([new LinearLayer(6), new TanhLayer()]), new LinearLayer()),
        ["pooling"] = Of(
            [2, 9, 9], 3, new Conv2dLayer(4, 2), new AvgPool2dLayer(2), new Conv2dLayer(4, 2), new MaxPool2dLayer(2, 1),
            new AdaptiveAvgPool2dLayer((1, 2)), new FlattenLayer(), new LinearLayer()),
        ["dropout and normalisation"] = Of([4], 3, new LinearLayer(6), new DropoutLayer(0.5), new ReLULayer(), new LinearLayer())
            with { Normalisation = new([0.5], [0.1]) },
        ["LeakyReLU"] = With(new LeakyReLULayer(0.2)),
        ["ELU"] = With(new ELULayer(0.7)),
        ["GELU"] = With(new GELULayer()),
        ["SiLU"] = With(new SiLULayer()),
        ["Softplus"] = With(new SoftplusLayer(2)),
        ["Tanh"] = With(new TanhLayer()),
        ["Sigmoid"] = With(new SigmoidLayer()),
        ["ResNet"] = NetworkDefinition.ResNet.Bind([3, 8, 8], 5),
    };

    public static IEnumerable<object[]> Names => All.Keys.Select(name => new object[] { name });

    /// <summary>Weights of order 1 and running statistics away from 0 and 1, float64.</summary>
    public static Network Network(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable frozen = torch.no_grad();
        using Generator generator = new(3);
        using Network single = Networks.Network.Create(All[name], generator);
        Network network = single.ToType(ScalarType.Float64);
        foreach ((string key, Tensor value) in network.Module.state_dict())
        {
            if (key.EndsWith("running_var"))
            {
                value.uniform_(0.5, 2, generator);
            }
            else if (key.EndsWith("running_mean"))
            {
                value.normal_(0, 0.5, generator);
            }
            else if (value.is_floating_point() && value.dim() == 1)
            {
                value.add_(torch.empty_like(value).normal_(0, 0.3, generator));
            }
        }

        return network;
    }

    private static NetworkDefinition Of(long[] input, int classes, params LayerDefinition[] layers) =>
        new() { InputShape = input, ClassCount = classes, Layers = layers };

    private static NetworkDefinition With(LayerDefinition activation) => Of([4], 3, new LinearLayer(6), activation, new LinearLayer());
}
