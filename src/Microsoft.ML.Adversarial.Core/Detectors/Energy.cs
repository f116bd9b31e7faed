using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// The energy of the logits (Liu et al. 2020, arXiv:2010.03759, equation 4): E = −T·log Σ exp(z_k / T). Inputs of a kind that the network
/// has not seen tend to have a higher one. Unlike the other scores of logits it depends on their common offset, which probabilities have
/// lost.
/// </summary>
[DetectorName("energy")]
public sealed record Energy : LogitDetector
{
    private readonly double _temperature = 1;

    /// <summary>The temperature T, above 0. Default 1, as in the paper.</summary>
    public double Temperature
    {
        get => _temperature;
        init => _temperature = InRange(value, value is > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(Temperature));
    }

    /// <inheritdoc/>
    public override bool DependsOnOffset => true;

    /// <inheritdoc/>
    protected override Tensor ScoreSorted(Tensor first, Tensor differences)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(differences);
        return -first - ((differences / Temperature).exp().sum(1).log1p() * Temperature);
    }
}
