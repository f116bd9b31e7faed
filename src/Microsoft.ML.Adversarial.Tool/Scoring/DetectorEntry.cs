using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors;

namespace Microsoft.ML.Adversarial.Tool.Scoring;

/// <summary>A detector of the command line. A new one is a line here.</summary>
/// <param name="Name">Its name, and that of its column.</param>
/// <param name="OnNetwork">Makes it on a network.</param>
/// <param name="OnModel">Makes the step that adds its column to what a model gives.</param>
internal sealed record DetectorEntry(
    string Name, Func<NetworkClassifier, IFittedDetector> OnNetwork, Func<MLContext, ITransformer, IDataView, ITransformer> OnModel)
{
    public static IReadOnlyList<DetectorEntry> All { get; } =
    [
        new(
            "FisherTrace",
            network => new FisherTrace(network),
            (context, model, scored) => context.Transforms.FisherTrace(model, "FisherTrace").Fit(scored)),
        Of(new MaximumSoftmaxProbability()),
        Of(new LogitMargin()),
        Of(new PredictiveEntropy()),
        Of(new Energy()),
        Of(new GradientNorm()),
        Of(new FeatureSqueezing()),
    ];

    private static DetectorEntry Of(StatelessDetector detector) => new(
        detector.GetType().Name,
        detector.On,
        (context, model, scored) => context.Transforms.DetectorScore(detector, model).Fit(scored));

    public static DetectorEntry Named(string name) =>
        All.FirstOrDefault(entry => entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new UsageException($"--detector: expected one of {string.Join(", ", All.Select(entry => entry.Name))}, got '{name}'.");
}
