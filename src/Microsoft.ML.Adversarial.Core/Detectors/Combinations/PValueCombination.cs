namespace Microsoft.ML.Adversarial.Detectors.Combinations;

/// <summary>
/// How the p-values of several detectors for one row become one number. What the textbooks say of its distribution needs independent
/// p-values, which detectors of one network do not give: <see cref="ConformalCombination"/> calibrates the number again.
/// </summary>
public abstract record PValueCombination
{
    private protected PValueCombination()
    {
    }

    /// <summary>Fisher's combination: strong where several detectors are each a little suspicious.</summary>
    public static PValueCombination Fisher { get; } = new FisherCombination();

    /// <summary>Simes' combination: strong where one detector is very suspicious, whatever the others say.</summary>
    public static PValueCombination Simes { get; } = new SimesCombination();

    /// <summary>The combination's name, <c>Fisher</c> or <c>Simes</c>. <see cref="Parse"/> reads it back.</summary>
    public abstract string Name { get; }

    /// <summary>Reads <c>Fisher</c> or <c>Simes</c>; the case does not matter.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static PValueCombination Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        PValueCombination[] all = [Fisher, Simes];
        return Array.Find(all, combination => combination.Name.Equals(name.Trim(), StringComparison.OrdinalIgnoreCase))
            ?? throw new FormatException($"Unknown combination of p-values '{name}': expected {string.Join(" or ", all.Select(known => known.Name))}.");
    }

    /// <summary>The combined statistic of one row; higher is more suspicious, and lowering a p-value never lowers it.</summary>
    /// <param name="pValues">At least one, each in (0, 1].</param>
    public double Statistic(ReadOnlySpan<double> pValues)
    {
        if (pValues.IsEmpty)
        {
            throw new ArgumentException("Expected at least one p-value, got none.", nameof(pValues));
        }

        foreach (var pValue in pValues)
        {
            if (!(pValue is > 0 and <= 1))
            {
                throw new ArgumentOutOfRangeException(nameof(pValues), pValue, "Expected p-values in (0, 1].");
            }
        }

        return Combine(pValues);
    }

    /// <summary><see cref="Statistic"/> of p-values that are known to be some.</summary>
    internal abstract double Combine(ReadOnlySpan<double> pValues);
}
