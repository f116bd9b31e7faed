using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// A small network in float64 (normalisation, convolution, ReLU, Linear, Tanh, Linear), once as the library has it and once in plain loops.
/// </summary>
internal sealed class NaiveNetwork : IDisposable
{
    public const int Channels = 2;
    public const int Side = 4;
    public const int Features = Channels * Side * Side;
    public const int Classes = 3;
    private const int Maps = 3;
    private const int MapSide = Side - 1;
    private const double Mean = 0.5;
    private const double Deviation = 0.25;

    private readonly Dictionary<string, double[]> weights;

    /// <param name="dropout">Probability of a layer before the last; 0 for none.</param>
    /// <param name="sharpness">What the weights of the last layer are multiplied by: large for saturated rows.</param>
    public NaiveNetwork(double dropout = 0, double sharpness = 4)
    {
        NetworkDefinition definition = new()
        {
            InputShape = [Channels, Side, Side],
            ClassCount = Classes,
            Normalisation = new([Mean], [Deviation]),
            Layers =
            [
                new Conv2dLayer(Maps, 2), new ReLULayer(), new FlattenLayer(), new LinearLayer(5), new TanhLayer(),
                new DropoutLayer(dropout), new LinearLayer(),
            ],
        };
        using Network single = SmallNetwork.Created(definition, seed: 11);
        Network network = single.ToType(ScalarType.Float64);
        using (torch.no_grad())
        {
            network.Module.state_dict()["6.weight"].mul_(sharpness);
        }

        Classifier = new(network, InputBounds.Unit);
        weights = network.Module.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.data<double>().ToArray());
    }

    public NetworkClassifier Classifier { get; }

    public static double[][] Rows(Tensor inputs) =>
        [.. inputs.flatten(1).to(ScalarType.Float64).data<double>().ToArray().Chunk((int)(inputs.numel() / inputs.shape[0]))];

    public static double[] Softmax(double[] logits)
    {
        double largest = logits.Max();
        double sum = logits.Sum(logit => Math.Exp(logit - largest));
        return [.. logits.Select(logit => Math.Exp(logit - largest) / sum)];
    }

    public static int Predicted(double[] logits) => Array.IndexOf(logits, logits.Max());

    public double[] Logits(double[] input) => Pass(input, null).Logits;

    /// <summary>The hidden layers' outputs, averaged over positions, what the last layer takes, and the logits.</summary>
    /// <param name="input">One row.</param>
    /// <param name="mask">Factors of what the last layer takes; null for ones.</param>
    public (double[][] Layers, double[] Last, double[] Logits) Pass(double[] input, double[]? mask)
    {
        double[] maps = Convolve([.. input.Select(value => (value - Mean) / Deviation)]);
        double[] averages = [.. maps.Chunk(MapSide * MapSide).Select(map => map.Average())];
        double[] hidden = Linear("3", [.. maps.Select(value => Math.Max(0, value))]);
        double[] last = [.. hidden.Select((value, unit) => Math.Tanh(value) * (mask?[unit] ?? 1))];
        return ([averages, hidden], last, Linear("6", last));
    }

    public void Dispose() => Classifier.Dispose();

    private double[] Convolve(double[] input)
    {
        List<double> output = [];
        for (int map = 0; map < Maps; map++)
        {
            for (int row = 0; row < MapSide; row++)
            {
                for (int column = 0; column < MapSide; column++)
                {
                    double sum = weights["0.bias"][map];
                    for (int tap = 0; tap < Channels * 4; tap++)
                    {
                        (int channel, int down, int right) = (tap / 4, tap / 2 % 2, tap % 2);
                        sum += weights["0.weight"][(map * Channels * 4) + tap]
                            * input[(((channel * Side) + row + down) * Side) + column + right];
                    }

                    output.Add(sum);
                }
            }
        }

        return [.. output];
    }

    private double[] Linear(string name, double[] input) =>
    [
        .. weights[name + ".bias"].Select((bias, unit) =>
            bias + input.Select((value, index) => value * weights[name + ".weight"][(unit * input.Length) + index]).Sum()),
    ];
}
