using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Training;
using Microsoft.ML.Adversarial.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transformations;

/// <summary>On digits: what attacks that go through a defence do, beside attacks that do not know of it.</summary>
[TestClass]
public sealed class DefenceStrengthTests
{
    private const int Count = 60;

    private readonly Tensor images = Mnist.Images(Count);
    private readonly Tensor labels = Mnist.Labels(Count);

    public TestContext TestContext { get; set; } = null!;

    public static IEnumerable<object[]> Defences =>
    [
        [new BitDepthReduction { Bits = 1 }, 0.3, 1],
        [new MedianSmoothing { Window = 3 }, 0.04, 1],
        [new JpegCompression { Quality = 3 }, 0.1, 1],
        [new TotalVariationMinimisation { Iterations = 30, DropProbability = 0.2, Weight = 0.3 }, 0.06, 2],
        [new RandomResizePad(), 0.06, 4],
    ];

    [TestCleanup]
    public void Free()
    {
        images.Dispose();
        labels.Dispose();
    }

    [TestMethod]
    [DynamicData(nameof(Defences))]
    public void GoingThroughADefenceBeatsIgnoringIt(object defence, double epsilon, int samples)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        TransformedClassifier defended = TransformedClassifier.Of(network, (InputTransformation)defence);
        ProjectedGradientDescent attack = new(Norm.LInfinity, epsilon) { Steps = 20, GradientSamples = samples };
        Goal goal = Goal.Misclassify(labels);

        double clean = Accuracy(defended, images);
        double unaware = Accuracy(defended, attack.Run(network, images, goal).Inputs);
        double aware = Accuracy(defended, attack.Run(defended, images, goal).Inputs);

        TestContext.WriteLine($"{defence.GetType().Name}: clean {clean:F3}, attacked without knowing {unaware:F3}, through {aware:F3}");
        Assert.IsGreaterThan(0.8, clean);
        Assert.IsLessThan(unaware - 0.04, aware);
    }

    [TestMethod]
    public void AThermometerIsBrokenThroughItsSurrogate()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        ThermometerEncoding encoding = new() { Levels = 8 };
        Tensor trainImages = Mnist.Images(1000).narrow(0, Count, 1000 - Count);
        Tensor trainLabels = Mnist.Labels(1000).narrow(0, Count, 1000 - Count);
        NetworkDefinition definition = new()
        {
            InputShape = [8, 28, 28], ClassCount = 10, Layers = [new FlattenLayer(), new LinearLayer(32), new ReLULayer(), new LinearLayer()],
        };
        using NetworkClassifier network = new(SmallNetwork.Created(definition), InputBounds.Unit);
        using Generator generator = new(1);
        TrainingLoop.Run(network, new(encoding.Apply(trainImages), trainLabels), new CrossEntropyLoss(), new() { Epochs = 5 }, generator);
        TransformedClassifier defended = TransformedClassifier.Of(network, encoding, [1, 28, 28]);

        double clean = Accuracy(defended, images);
        double noise = Accuracy(defended, (images + ((TestNetworks.Uniform([.. images.shape]) - 0.5) * 0.3)).clamp(0, 1));
        double attacked = Accuracy(
            defended, new ProjectedGradientDescent(Norm.LInfinity, 0.15) { Steps = 20 }.Run(defended, images, Goal.Misclassify(labels)).Inputs);

        TestContext.WriteLine($"thermometer: clean {clean:F3}, noise {noise:F3}, attacked {attacked:F3}");
        Assert.IsGreaterThan(0.75, clean);
        Assert.IsGreaterThan(0.65, noise);
        Assert.IsLessThan(0.2, attacked);
    }

    // Of random defences the mean over several draws.
    private double Accuracy(IClassifier classifier, Tensor inputs) =>
        Enumerable.Range(0, 5).Average(_ => TestNetworks.Predictions(classifier, inputs).eq(labels).to(ScalarType.Float64).mean().item<double>());
}
