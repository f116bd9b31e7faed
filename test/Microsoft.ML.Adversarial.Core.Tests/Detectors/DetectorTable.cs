using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Fisher;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>A detector under test.</summary>
/// <param name="Name">Shown in test results.</param>
/// <param name="Create">The detector on a network that takes MNIST images.</param>
internal sealed record DetectorCase(string Name, Func<NetworkClassifier, IFittedDetector> Create)
{
    public DetectorCase(string name, Detector detector)
        : this(name, classifier => Fit(detector, classifier)) => Detector = detector;

    /// <summary>Whether scores are differences of numbers that may be nearly equal, so that small ones have lost digits. Default false.</summary>
    public bool IsDifference { get; init; }

    /// <summary>Its settings, of detectors that can be fitted.</summary>
    public Detector? Detector { get; }

    public override string ToString() => Name;

    // Rows that no test scores.
    private static FittedDetector Fit(Detector detector, NetworkClassifier classifier)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor images = Mnist.Images(900).narrow(0, 300, 600);
        Tensor labels = Mnist.Labels(900).narrow(0, 300, 600);
        return detector.Fit(classifier, images, labels);
    }
}

/// <summary>Every detector of the library. To add one: a line here, and it inherits <see cref="DetectorContract"/>.</summary>
internal static class DetectorTable
{
    public static readonly IReadOnlyList<DetectorCase> All =
    [
        new("Fisher trace", classifier => new FisherTrace(classifier)),
        new("Fisher trace, lower bound", classifier => new FisherTrace(classifier, FisherTraceMethod.LowerBound(3))),
        new("Fisher trace, estimate", classifier => new FisherTrace(classifier, FisherTraceMethod.Estimate(2, seed: 1))),
        new("Fisher quadratic form", classifier => new FisherQuadraticForm(classifier)),
        new("normalised Fisher quadratic form", classifier => new FisherQuadraticForm(classifier) { Normalised = true }),
        new("Fisher quadratic form, random", classifier => new FisherQuadraticForm(classifier, FisherDirection.Random(1))),
        new("Fisher sensitivity", classifier => new FisherSensitivity(classifier)),
        new("Fisher top eigenvalue", classifier => new FisherTopEigenvalue(classifier)),
        new("maximum softmax probability", new MaximumSoftmaxProbability()),
        new("logit margin", new LogitMargin()) { IsDifference = true },
        new("predictive entropy", new PredictiveEntropy()),
        new("energy", new Energy()) { IsDifference = true },
        new("energy, temperature 10", new Energy { Temperature = 10 }) { IsDifference = true },
        new("gradient norm", new GradientNorm()),
        new("gradient norm, L1", new GradientNorm { Norm = Norms.Norm.L1 }),
        new("feature squeezing", new FeatureSqueezing()) { IsDifference = true },
        new(
            "feature squeezing, non-local means",
            new FeatureSqueezing { Bits = 0, MedianWindow = 0, NonLocalStrength = 0.1, NonLocalSearch = 7 }) { IsDifference = true },
        new("Mahalanobis", new Mahalanobis()) { IsDifference = true },
        new(
            "Mahalanobis, preprocessed, largest layer",
            new Mahalanobis { NoiseMagnitude = 0.002, Combination = ScoreCombination.Maximum }) { IsDifference = true },
        new("local intrinsic dimensionality", new LocalIntrinsicDimensionality()) { IsDifference = true },
        new("kernel density", new KernelDensityUncertainty()) { IsDifference = true },
    ];

    public static IEnumerable<object[]> Rows => All.Select(one => new object[] { one });
}
