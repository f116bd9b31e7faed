namespace Microsoft.ML.Adversarial.Detectors.Combinations;

/// <summary>
/// Simes' combination, min_k K p_(k) / k over the K p-values in ascending order (Simes 1986, "An improved Bonferroni procedure for multiple
/// tests of significance"), negated, so that higher is more suspicious: the strongest evidence decides. For one detector it is −p.
/// </summary>
public sealed record SimesCombination : PValueCombination
{
    /// <inheritdoc/>
    public override string Name => "Simes";

    internal override double Combine(ReadOnlySpan<double> pValues)
    {
        var ascending = pValues.Length <= 64 ? stackalloc double[pValues.Length] : new double[pValues.Length];
        pValues.CopyTo(ascending);
        ascending.Sort();
        var smallest = double.PositiveInfinity;
        for (var k = 0; k < ascending.Length; k++)
        {
            smallest = Math.Min(smallest, pValues.Length * ascending[k] / (k + 1));
        }

        return -smallest;
    }
}
