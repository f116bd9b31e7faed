namespace Microsoft.ML.Adversarial.Certification;

/// <summary>
/// The regularised incomplete beta function by its continued fraction (Press et al. 2007, "Numerical Recipes", section 6.4), and the tail of a
/// binomial distribution, which is one.
/// </summary>
internal static class IncompleteBeta
{
    private const double Smallest = 1e-300;

    // Γ is taken from Stirling's series above this, where its first term left out is below 1e-16.
    private const double StirlingFrom = 15;

    /// <summary>P(X ≥ successes) of a binomial X with so many trials and this probability of success.</summary>
    public static double BinomialTail(long successes, long trials, double probability) =>
        successes <= 0 ? 1 : successes > trials ? 0 : Regularised(probability, successes, trials - successes + 1);

    /// <summary>I_x(a, b) for x in [0, 1] and a, b above 0.</summary>
    public static double Regularised(double x, double a, double b)
    {
        if (x <= 0 || x >= 1)
        {
            return x <= 0 ? 0 : 1;
        }

        var logPower = LogGamma(a + b) - LogGamma(a) - LogGamma(b) + (a * Math.Log(x)) + (b * double.LogP1(-x));

        // The fraction converges fast on one side of the mean; I_x(a, b) = 1 − I_{1−x}(b, a) brings the other side there.
        return x < (a + 1) / (a + b + 2)
            ? Math.Exp(logPower) * Fraction(x, a, b) / a
            : 1 - (Math.Exp(logPower) * Fraction(1 - x, b, a) / b);
    }

    // Lentz's method. It takes about the square root of the larger argument in terms.
    private static double Fraction(double x, double a, double b)
    {
        var numerator = 1.0;
        var denominator = 1 / Kept(1 - ((a + b) * x / (a + 1)));
        var fraction = denominator;
        for (var m = 1.0; ; m++)
        {
            var even = m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)));
            denominator = 1 / Kept(1 + (even * denominator));
            numerator = Kept(1 + (even / numerator));
            fraction *= denominator * numerator;

            var odd = -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            denominator = 1 / Kept(1 + (odd * denominator));
            numerator = Kept(1 + (odd / numerator));
            var factor = denominator * numerator;
            fraction *= factor;
            if (Math.Abs(factor - 1) < 1e-15 || double.IsNaN(factor))
            {
                return fraction;
            }
        }
    }

    private static double Kept(double value) => Math.Abs(value) < Smallest ? Smallest : value;

    private static double LogGamma(double x)
    {
        var shift = 0.0;
        while (x < StirlingFrom)
        {
            shift += Math.Log(x++);
        }

        var square = 1 / (x * x);
        var series = ((1 / 12.0) - (square * ((1 / 360.0) - (square * ((1 / 1260.0) - (square * ((1 / 1680.0) - (square / 1188)))))))) / x;
        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + series - shift;
    }
}
