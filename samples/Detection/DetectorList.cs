using Microsoft.ML;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Transforms;

namespace Detection;

/// <summary>The detectors of the table; each adds a column, which is called after it.</summary>
internal static class DetectorList
{
    private static readonly FisherColumns Columnwise = new() { Sensitivity = null };

    private static readonly Detector[] Baselines =
    [
        new MaximumSoftmaxProbability(),
        new LogitMargin(),
        new PredictiveEntropy(),
        new Energy(),
        new GradientNorm(),
        new FeatureSqueezing(),
        new Mahalanobis(),
        new LocalIntrinsicDimensionality(),
        new KernelDensityUncertainty(),
    ];

    public static string SensitivityColumn => Columnwise.SensitivityNorm!;

    /// <summary>The score columns but the sensitivity's, which takes longer than all others together.</summary>
    public static string[] Columns { get; } =
    [
        Columnwise.Trace!, Columnwise.QuadraticForm!, Columnwise.NormalisedQuadraticForm!, Columnwise.TopEigenvalue!,
        .. Baselines.Select(detector => detector.GetType().Name),
    ];

    /// <summary>Detectors with gradients, which attacks made for them can evade, one estimator each.</summary>
    public static IEnumerable<(string Name, IEstimator<ITransformer> Detector)> Adaptive(MLContext ml, ITransformer model) =>
    [
        ("FisherTrace", ml.Transforms.FisherTrace(model)),
        ("FisherQuadraticForm", ml.Transforms.FisherInformation(model, FisherColumns.None with { QuadraticForm = "FisherQuadraticForm" })),
        .. new Detector[] { new LogitMargin(), new Energy(), new Mahalanobis() }.Select(detector =>
            (detector.GetType().Name, (IEstimator<ITransformer>)ml.Transforms.DetectorScore(detector, model))),
    ];

    /// <summary>All detectors on the network of a model. Only what is read of their columns is computed.</summary>
    public static IEstimator<ITransformer> On(MLContext ml, ITransformer model)
    {
        IEstimator<ITransformer> fisher = ml.Transforms.FisherInformation(model, Columnwise);
        return Baselines.Aggregate(fisher, (chain, detector) => chain.Append(ml.Transforms.DetectorScore(detector, model)));
    }
}
