using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Fisher;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Evasion;

/// <summary>Gradients of detectors' scores against central differences in float64.</summary>
[TestClass]
public sealed class ScoreGradientTests
{
    private const int Rows = 3;

    public static IEnumerable<object[]> Cases =>
        from network in new[] { "perceptron", "convolutions", "residual", "two classes", "GELU" }
        where FisherCases.Names.Any(name => (string)name[0] == network)
        from detector in Detectors.Keys
        select new object[] { network, detector };

    private static Dictionary<string, Func<NetworkClassifier, IDifferentiableDetector>> Detectors { get; } = new()
    {
        ["Fisher trace"] = classifier => new FisherTrace(classifier),
        ["Fisher quadratic form"] = classifier => new FisherQuadraticForm(classifier),
        ["normalised Fisher quadratic form"] = classifier => new FisherQuadraticForm(classifier) { Normalised = true },
        ["maximum softmax probability"] = classifier => new MaximumSoftmaxProbability().On(classifier).AsDifferentiable(),
        ["logit margin"] = classifier => new LogitMargin().On(classifier).AsDifferentiable(),
        ["entropy"] = classifier => new PredictiveEntropy().On(classifier).AsDifferentiable(),
        ["energy"] = classifier => new Energy().On(classifier).AsDifferentiable(),
        ["Mahalanobis"] = Mahalanobis,
    };

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void GradientsPointWhereScoresGrow(string network, string detector)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(FisherCases.Network(network), InputBounds.Unbounded);
        IDifferentiableDetector scored = Detectors[detector](classifier);
        Tensor inputs = TestNetworks.Normal([Rows, .. classifier.InputShape], seed: 4);

        Tensor actual = scored.ScoreGradient(inputs).flatten(1);

        Assert.AreEqual(ScalarType.Float64, actual.dtype);
        Tensor expected = Differences(scored, inputs);
        Tensor cosine = nn.functional.cosine_similarity(expected, actual, 1);
        Assert.IsGreaterThan(1 - 1e-8, cosine.min().item<double>());
    }

    [TestMethod]
    public void DetectorsWithoutGradientsAreRefused()
    {
        using NetworkClassifier classifier = new(FisherCases.Network("convolutions"), InputBounds.Unit);
        using FittedDetector detector = new FeatureSqueezing().On(classifier);
        NotSupportedException thrown = Assert.ThrowsExactly<NotSupportedException>(() => detector.AsDifferentiable());
        StringAssert.Contains(thrown.Message, nameof(FeatureSqueezing));
    }

    private static IDifferentiableDetector Mahalanobis(NetworkClassifier classifier)
    {
        Tensor rows = TestNetworks.Normal([60, .. classifier.InputShape], seed: 5);
        Tensor labels = arange(60) % classifier.ClassCount;
        return new Mahalanobis().Fit(classifier, rows, labels).AsDifferentiable();
    }

    private static Tensor Differences(IFittedDetector detector, Tensor inputs)
    {
        const double Step = 1e-6;
        long features = inputs.numel() / Rows;
        return stack(
            Enumerable.Range(0, (int)features).Select(feature =>
            {
                Tensor move = zeros([features], ScalarType.Float64);
                move[feature] = Step;
                move = move.reshape([1, .. inputs.shape[1..]]);
                return (detector.Score(inputs + move) - detector.Score(inputs - move)) / (2 * Step);
            }),
            1);
    }
}
