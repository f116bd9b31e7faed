using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// The entropy of the predicted probabilities in nats, −Σ p_k log p_k, from 0 to log C (Shannon 1948; as a detector, Hendrycks &amp; Gimpel
/// 2017, arXiv:1610.02136, and Smith &amp; Gal 2018, arXiv:1803.08533). It is computed as a sum of terms that are all at least 0, so that
/// nothing cancels where one probability rounds to 1.
/// </summary>
[DetectorName("entropy")]
public sealed record PredictiveEntropy : LogitDetector
{
    /// <inheritdoc/>
    public override bool DependsOnOffset => false;

    /// <inheritdoc/>
    protected override Tensor ScoreSorted(Tensor first, Tensor differences)
    {
        ArgumentNullException.ThrowIfNull(differences);
        // −Σ p_k log p_k = log(1 + S) + Σ_{k>1} p_k (z₁ − z_k), S = Σ_{k>1} exp(z_k − z₁); an impossible class adds 0.
        var weights = differences.exp();
        var others = weights.sum(1);
        var spread = (weights * differences).masked_fill(weights.eq(0), 0).sum(1);
        return others.log1p() - (spread / (others + 1));
    }
}
