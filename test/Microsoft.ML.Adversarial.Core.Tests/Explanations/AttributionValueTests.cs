using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Explanations;

/// <summary>Attributions against their definitions.</summary>
[TestClass]
public sealed class AttributionValueTests
{
    // Smooth, so that differences are derivatives.
    private static readonly NetworkDefinition Smooth = new()
    {
        InputShape = [3, 5, 5],
        ClassCount = 4,
        Layers = [new Conv2dLayer(5, 3), new TanhLayer(), new FlattenLayer(), new LinearLayer(8), new TanhLayer(), new LinearLayer()],
    };

    [TestMethod]
    [DataRow("predicted")]
    [DataRow("runner-up")]
    [DataRow("label")]
    [DataRow("loss")]
    [DataRow("class:2")]
    public void GradientsEqualDifferencesInFloat64(string name)
    {
        using var scope = NewDisposeScope();
        using var classifier = TestNetworks.Classifier(Smooth);
        using var exact = classifier.Network!.ToType(ScalarType.Float64);
        var (inputs, labels, output) = (TestNetworks.Uniform([4, 3, 5, 5]), TestNetworks.Classes(4, 4), ExplainedOutput.Parse(name));
        using var noGrad = no_grad();
        var classes = ClassesOf(exact.Module.call(inputs.to(ScalarType.Float64)), labels, name);

        const double Step = 1e-5;
        var expected = zeros([4, 75], ScalarType.Float64);
        for (var feature = 0; feature < 75; feature++)
        {
            var step = zeros([75], ScalarType.Float64);
            step[feature] = Step;
            expected[TensorIndex.Colon, feature] = (Value(step) - Value(-step)) / (2 * Step);
        }

        AttributionContract.AssertClose(expected, new InputGradient().Attribute(classifier, inputs.flatten(1), output, labels), 1e-5);

        Tensor Value(Tensor step)
        {
            var logits = exact.Module.call(inputs.to(ScalarType.Float64) + step.reshape(3, 5, 5));
            var chosen = logits.gather(1, classes.unsqueeze(1)).squeeze(1);
            return name == "loss" ? logits.logsumexp(1) - chosen : chosen;
        }
    }

    [TestMethod]
    public void GradientTimesInputIsThat()
    {
        using var scope = NewDisposeScope();
        using var classifier = TestNetworks.Classifier(Smooth);
        var inputs = TestNetworks.Uniform([4, 3, 5, 5]);
        AttributionContract.AssertClose(
            new InputGradient().Attribute(classifier, inputs) * inputs, new GradientTimesInput().Attribute(classifier, inputs), 1e-6);
    }

    [TestMethod]
    [DataRow("mlp")]
    [DataRow("cnn")]
    public void IntegratedGradientsAreCompleteWithinAPercent(string network)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var classifier = new NetworkClassifier(Golden.Network(network), InputBounds.Unit);
        var inputs = Mnist.Images(24);
        var predicted = TestNetworks.Predictions(classifier, inputs).unsqueeze(1);
        var due = (classifier.Logits(inputs).gather(1, predicted) - classifier.Logits(zeros_like(inputs)).gather(1, predicted)).squeeze(1);
        var sums = new IntegratedGradients().Attribute(classifier, inputs).flatten(1).sum(1);
        var missed = ((sums - due).abs() / due.abs()).max().item<float>();
        Assert.IsLessThanOrEqualTo(0.0101, missed);
    }

    [TestMethod]
    public void RowsThatMissCompletenessTakeMoreSteps()
    {
        using var scope = NewDisposeScope();
        using var classifier = new NetworkClassifier(Golden.Network("mlp"), InputBounds.Unit);
        var inputs = Mnist.Images(24);
        var fine = new IntegratedGradients { Steps = 2048, MaximumSteps = 2048 }.Attribute(classifier, inputs);
        var coarse = Error(new IntegratedGradients { Steps = 2, MaximumSteps = 2 });
        var refined = Error(new IntegratedGradients { Steps = 2 });
        Assert.IsLessThan(coarse / 2, refined);

        double Error(IntegratedGradients attribution) => (attribution.Attribute(classifier, inputs) - fine).norm().item<float>();
    }

    [TestMethod]
    public void OnALinearNetworkIntegratedGradientsAreWeightsTimesTheDifference()
    {
        using var scope = NewDisposeScope();
        using var classifier = TestNetworks.Classifier(new() { InputShape = [6], ClassCount = 3, Layers = [new LinearLayer()] });
        var inputs = TestNetworks.Uniform([5, 6]);
        var weights = classifier.Module.get_parameter("0.weight")!.detach();
        var expected = weights[1] * (inputs - 0.25);
        AttributionContract.AssertClose(
            expected, new IntegratedGradients { Steps = 1, Baseline = 0.25 }.Attribute(classifier, inputs, ExplainedOutput.OfClass(1)), 1e-5);
        AttributionContract.AssertClose(weights[1].expand(5, 6), new SmoothGrad().Attribute(classifier, inputs, ExplainedOutput.OfClass(1)), 1e-5);
    }

    [TestMethod]
    public void SmoothGradIsTheGradientOfTheExpectation()
    {
        // Against another generator's noise, in so many samples that both are close to the expectation.
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var classifier = TestNetworks.Classifier(Smooth);
        var inputs = TestNetworks.Uniform([1, 3, 5, 5]);
        var plain = new InputGradient().Attribute(classifier, inputs, ExplainedOutput.OfClass(0));
        AttributionContract.AssertClose(
            plain, new SmoothGrad { Noise = 0, Samples = 3 }.Attribute(classifier, inputs, ExplainedOutput.OfClass(0)), 1e-5);

        var deviation = (inputs.max() - inputs.min()).item<float>();
        using Generator generator = new(4);
        var noisy = inputs + (randn([20_000, 3, 5, 5], generator: generator) * deviation);
        var expected = new InputGradient().Attribute(classifier, noisy, ExplainedOutput.OfClass(0)).mean([0], keepdim: true);
        var smooth = new SmoothGrad { Noise = 1, Samples = 4000 }.Attribute(classifier, inputs, ExplainedOutput.OfClass(0), seed: 1);
        AttributionContract.AssertClose(expected, smooth, 0.05);
        Assert.IsGreaterThan(0.1, ((plain - expected).norm() / expected.norm()).item<float>(), "the noise makes no difference here");
    }

    [TestMethod]
    public void SettingsOutOfRangeAreRefused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new IntegratedGradients { Steps = 0 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new IntegratedGradients { MaximumSteps = 0 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new IntegratedGradients { Tolerance = double.NaN });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new IntegratedGradients { Baseline = double.NaN });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new SmoothGrad { Samples = 0 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new SmoothGrad { Noise = -1 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ExplainedOutput.OfClass(-1));
    }

    private static Tensor ClassesOf(Tensor logits, Tensor labels, string output) => output switch
    {
        "predicted" => logits.argsort(1).select(1, -1),
        "runner-up" => logits.argsort(1).select(1, -2),
        "class:2" => full([logits.shape[0]], 2, ScalarType.Int64),
        _ => labels,
    };
}
