namespace Microsoft.ML.Adversarial.Detectors.Combinations;

/// <summary>
/// Fisher's combination, −2 Σ_k ln p_k (Fisher 1925, Statistical Methods for Research Workers, section 21.1): every detector's evidence adds
/// up. Chi-squared with 2K degrees of freedom for K independent uniform p-values, which is not relied on here.
/// </summary>
public sealed record FisherCombination : PValueCombination
{
    /// <inheritdoc/>
    public override string Name => "Fisher";

    internal override double Combine(ReadOnlySpan<double> pValues)
    {
        var sum = 0.0;
        foreach (var pValue in pValues)
        {
            sum += Math.Log(pValue);
        }

        return -2 * sum;
    }
}
