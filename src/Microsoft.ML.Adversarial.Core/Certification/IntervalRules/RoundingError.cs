namespace Microsoft.ML.Adversarial.Certification.IntervalRules;

/// <summary>How far computed numbers may lie from exact ones (Higham 2002, "Accuracy and stability of numerical algorithms", chapter 3).</summary>
internal static class RoundingError
{
    // Vectorised exponentials and their like are off by one or two units in the last place; this leaves room.
    private const double Roundoffs = 16;

    private const double DoubleRoundoff = 1.0 / (1L << 53);

    /// <summary>
    /// The error of a sum of so many products, in any order, in units of the sum of their absolute values, and beside it that of the bounds
    /// themselves, which are computed in Float64 from a centre and a radius.
    /// </summary>
    public static double OfSum(long terms, double rounding) => Accumulated(terms + 2, rounding) + (2 * Accumulated(terms + 4, DoubleRoundoff));

    /// <summary>The error of a function of one number, in units of its size.</summary>
    public static double OfFunction(double rounding) => Roundoffs * rounding;

    // γ_n = nu / (1 − nu).
    private static double Accumulated(long terms, double rounding) => terms * rounding / (1 - (terms * rounding));
}
