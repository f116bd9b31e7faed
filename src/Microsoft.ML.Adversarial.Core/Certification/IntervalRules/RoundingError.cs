namespace Microsoft.ML.Adversarial.Certification.IntervalRules;

/// <summary>How far computed numbers may lie from exact ones (Higham 2002, "Accuracy and stability of numerical algorithms", chapter 3).</summary>
internal static class RoundingError
{
    // Vectorised exponentials and their like are off by one or two units in the last place; this leaves room.
    private const double Roundoffs = 16;

    /// <summary>
    /// The error of a sum of so many products, in units of the sum of their absolute values, in any order: γ = nu / (1 − nu). Four times that, so
    /// that the bounds' own rounding, in Float64, is covered even where the network computes in Float64 too.
    /// </summary>
    public static double OfSum(long terms, double rounding)
    {
        var accumulated = (terms + 4) * rounding;
        return 4 * accumulated / (1 - accumulated);
    }

    /// <summary>The error of a function of one number, in units of its size.</summary>
    public static double OfFunction(double rounding) => Roundoffs * rounding;
}
