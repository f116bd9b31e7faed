using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// The margin between the two largest logits, negated: −(z₁ − z₂), at most 0. It ranks rows that the softmax can no longer tell apart.
/// −∞ where all classes but one are impossible.
/// </summary>
[DetectorName("margin")]
public sealed record LogitMargin : LogitDetector
{
    /// <inheritdoc/>
    public override bool DependsOnOffset => false;

    /// <inheritdoc/>
    protected override Tensor ScoreSorted(Tensor first, Tensor differences)
    {
        ArgumentNullException.ThrowIfNull(differences);
        return differences.select(1, 0);
    }
}
