using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Certification;

/// <summary>A small network trained on digits with the interval bounds in its loss, so that many digits can be certified.</summary>
internal static class RobustDigits
{
    public const double Epsilon = 0.1;

    private const int TestRows = 1_000;
    private const int BatchSize = 50;
    private const int Epochs = 5;

    private static readonly Lazy<NetworkClassifier> Trained = new(Train);

    /// <summary>Trained on digits that come after the first 1,000.</summary>
    public static NetworkClassifier Classifier => Trained.Value;

    private static NetworkClassifier Train()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        NetworkDefinition definition = new()
        {
            InputShape = [1, 28, 28],
            ClassCount = 10,
            Layers = [new FlattenLayer(), new LinearLayer(32), new ReLULayer(), new LinearLayer()],
        };
        Network network = SmallNetwork.Created(definition);
        const int count = 8_000;
        var (images, labels) = (Mnist.Images(count), Mnist.Labels(count));
        IntervalPropagation propagation = new(network.Module);
        using Generator generator = new(1);
        using var optimizer = optim.Adam(network.Module.parameters(), lr: 4e-3);
        const int steps = (count - TestRows) / BatchSize;
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            Tensor order = randperm(count - TestRows, generator: generator) + TestRows;
            for (int step = 0; step < steps; step++)
            {
                using DisposeScope stepScope = torch.NewDisposeScope();
                Tensor rows = order.narrow(0, step * BatchSize, BatchSize);
                var (x, y) = (images.index_select(0, rows), labels.index_select(0, rows));

                // ε grows over the first epochs, as in the paper.
                double progress = Math.Min(1, ((epoch * steps) + step) / (double)(steps * Epochs / 2));
                IntervalBounds box = IntervalBounds.Around(x, Epsilon * 1.1 * progress, InputBounds.Unit);
                Tensor loss = (0.5 * nn.functional.cross_entropy(network.Module.call(x), y))
                    + (0.5 * nn.functional.cross_entropy(propagation.WorstCaseLogits(box, y), y));
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
            }
        }

        network.Module.zero_grad();
        return new(network, InputBounds.Unit);
    }
}
