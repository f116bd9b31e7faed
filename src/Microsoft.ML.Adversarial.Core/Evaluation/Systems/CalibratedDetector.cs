using Microsoft.ML.Adversarial.Detectors;

namespace Microsoft.ML.Adversarial.Evaluation.Systems;

/// <summary>A detector of a system, and its scores on the clean rows that its threshold rests on.</summary>
/// <param name="Name">What results call it; one of its kind within a system.</param>
/// <param name="Detector">The detector; its owner disposes it.</param>
/// <param name="Calibration">Its scores on clean rows that neither trained the network nor are evaluated.</param>
public sealed record CalibratedDetector(string Name, IFittedDetector Detector, ConformalCalibration Calibration)
{
    /// <summary>The detector with its gradient, which adaptive attacks need; null where it has none.</summary>
    internal IDifferentiableDetector? Differentiable => Detector switch
    {
        IDifferentiableDetector differentiable => differentiable,
        FittedDetector { Detector.IsDifferentiable: true } fitted => fitted.AsDifferentiable(),
        _ => null,
    };

    /// <summary>What one in twenty clean rows scores at most: rows that nobody would look at twice.</summary>
    internal float LowScore => Calibration.Scores[(Calibration.Count - 1) / 20];
}
