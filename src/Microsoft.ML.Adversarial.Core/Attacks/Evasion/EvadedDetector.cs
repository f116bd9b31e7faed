using Microsoft.ML.Adversarial.Detectors;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Evasion;

/// <summary>A detector and the score above which it raises the alarm.</summary>
public sealed record EvadedDetector
{
    /// <param name="detector">The detector; its owner disposes it.</param>
    /// <param name="threshold">The largest score that passes, such as that of 1 % false positives on clean rows; finite.</param>
    public EvadedDetector(IDifferentiableDetector detector, double threshold)
    {
        ArgumentNullException.ThrowIfNull(detector);
        if (!double.IsFinite(threshold))
        {
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "Expected a finite threshold.");
        }

        (Detector, Threshold) = (detector, threshold);
    }

    /// <summary>The detector.</summary>
    public IDifferentiableDetector Detector { get; }

    /// <summary>The largest score that passes.</summary>
    public double Threshold { get; }

    /// <summary>Which rows pass: their scores are at most the threshold.</summary>
    /// <param name="inputs">Shape [N, …].</param>
    /// <returns>Shape [N], Bool.</returns>
    public Tensor Passes(Tensor inputs)
    {
        using var scores = Detector.Score(inputs);
        return scores.less_equal(Threshold);
    }
}
