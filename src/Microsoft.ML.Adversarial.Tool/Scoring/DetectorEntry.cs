using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Transforms;

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
        Of("FisherQuadraticForm", network => new FisherQuadraticForm(network), name => FisherColumns.None with { QuadraticForm = name }),
        Of(
            "NormalisedFisherQuadraticForm", network => new FisherQuadraticForm(network) { Normalised = true },
            name => FisherColumns.None with { NormalisedQuadraticForm = name }),
        Of("FisherTopEigenvalue", network => new FisherTopEigenvalue(network), name => FisherColumns.None with { TopEigenvalue = name }),
        Of("FisherSensitivityNorm", network => new FisherSensitivity(network), name => FisherColumns.None with { SensitivityNorm = name }),
        Of(new MaximumSoftmaxProbability()),
        Of(new LogitMargin()),
        Of(new PredictiveEntropy()),
        Of(new Energy()),
        Of(new GradientNorm()),
        Of(new FeatureSqueezing()),
    ];

    private static DetectorEntry Of(string name, Func<NetworkClassifier, IFittedDetector> onNetwork, Func<string, FisherColumns> columns) => new(
        name,
        onNetwork,
        (context, model, scored) => context.Transforms.FisherInformation(model, columns(name)).Fit(scored));

    private static DetectorEntry Of(StatelessDetector detector) => new(
        detector.GetType().Name,
        detector.On,
        (context, model, scored) => context.Transforms.DetectorScore(detector, model).Fit(scored));

    public static DetectorEntry Named(string name) =>
        All.FirstOrDefault(entry => entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new UsageException($"--detector: expected one of {string.Join(", ", All.Select(entry => entry.Name))}, got '{name}'.");
}
