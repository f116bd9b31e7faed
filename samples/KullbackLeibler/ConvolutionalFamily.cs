using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.InformationGeometry;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace KullbackLeibler;

/// <summary>The predictions of a conv net with random weights on random images, which move with all its weights together.</summary>
internal sealed class ConvolutionalFamily : IDisposable
{
    private const int Rows = 64;

    private readonly NetworkClassifier _classifier;
    private readonly Tensor _images;

    private ConvolutionalFamily(NetworkClassifier classifier, Tensor images) => (_classifier, _images) = (classifier, images);

    public static ConvolutionalFamily Create(Generator generator)
    {
        var definition = new NetworkDefinition
        {
            InputShape = [1, 16, 16],
            ClassCount = 10,
            Layers =
            [
                new Conv2dLayer(8, 3), new ReLULayer(), new MaxPool2dLayer(2),
                new Conv2dLayer(16, 3), new ReLULayer(), new MaxPool2dLayer(2),
                new FlattenLayer(), new LinearLayer(32), new ReLULayer(), new LinearLayer(),
            ],
        };
        var classifier = new NetworkClassifier(Network.Create(definition, generator), InputBounds.Unit);
        return new(classifier, rand([Rows, 1, 16, 16], generator: generator));
    }

    /// <summary>A direction as long as the vector of all weights: ε is a relative change.</summary>
    public Family Family(Generator generator)
    {
        var weights = _classifier.Module.parameters().ToArray();
        Tensor[] random = [.. weights.Select(weight => randn(weight.shape, float64, generator: generator))];
        var scale = Length(weights) / Length(random);
        var geometry = new NetworkGeometry(_classifier);
        return new(
            $"conv net, {weights.Sum(weight => weight.numel()):N0} weights",
            "all",
            size => geometry.KullbackLeiblerDivergence(_images, Scaled(size)).mean().item<double>(),
            size => geometry.FisherQuadraticForm(_images, Scaled(size)).mean().item<double>());

        Tensor[] Scaled(double size) => [.. random.Select(change => change * (size * scale))];
    }

    public void Dispose() => _classifier.Dispose();

    private static double Length(IEnumerable<Tensor> tensors) =>
        Math.Sqrt(tensors.Sum(one => one.detach().to(float64).square().sum().item<double>()));
}
