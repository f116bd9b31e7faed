using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// Maximum softmax probability (Hendrycks &amp; Gimpel 2017, arXiv:1610.02136): 1 − p_max, from 0 to 1 − 1/C. It is computed as the sum of
/// the other probabilities, which keeps its digits where p_max rounds to 1.
/// </summary>
[DetectorName("msp")]
public sealed record MaximumSoftmaxProbability : LogitDetector
{
    /// <inheritdoc/>
    public override bool DependsOnOffset => false;

    /// <inheritdoc/>
    protected override Tensor ScoreSorted(Tensor first, Tensor differences)
    {
        ArgumentNullException.ThrowIfNull(differences);
        var others = differences.exp().sum(1);
        return others / (others + 1);
    }
}
