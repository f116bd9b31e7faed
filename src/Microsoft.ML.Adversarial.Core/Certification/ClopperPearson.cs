using Microsoft.ML.Adversarial.Evaluation;
using Microsoft.ML.Adversarial.Settings;

namespace Microsoft.ML.Adversarial.Certification;

/// <summary>
/// Exact confidence bounds of a probability from successes among independent trials (Clopper &amp; Pearson 1934, "The use of confidence or
/// fiducial limits illustrated in the case of the binomial"): they hold with at least the stated confidence whatever the probability is.
/// </summary>
public static class ClopperPearson
{
    /// <summary>
    /// A number that the probability is at least, with confidence 1 − alpha: 0 without successes, alpha^(1/trials) with nothing else.
    /// </summary>
    /// <param name="successes">From 0 to <paramref name="trials"/>.</param>
    /// <param name="trials">At least 1.</param>
    /// <param name="alpha">The probability of being wrong, between 0 and 1.</param>
    /// <returns>In [0, 1]; rounded down where it has to be rounded.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public static double Lower(long successes, long trials, double alpha)
    {
        SettingRange.Require(trials, trials >= 1, "at least 1", nameof(trials));
        SettingRange.Require(successes, successes >= 0 && successes <= trials, $"from 0 to {trials}, the number of trials", nameof(successes));
        SettingRange.Require(alpha, alpha is > 0 and < 1, "between 0 and 1", nameof(alpha));
        if (successes == 0)
        {
            return 0;
        }

        // The tail grows with the probability. The end that is kept is the one whose tail is not above alpha.
        var (lower, upper) = (0.0, 1.0);
        for (var middle = 0.5; middle > lower && middle < upper; middle = lower + ((upper - lower) / 2))
        {
            if (IncompleteBeta.BinomialTail(successes, trials, middle) <= alpha)
            {
                lower = middle;
            }
            else
            {
                upper = middle;
            }
        }

        return lower;
    }

    /// <summary>A number that the probability is at most, with confidence 1 − alpha.</summary>
    /// <inheritdoc cref="Lower"/>
    /// <returns>In [0, 1]; rounded up where it has to be rounded.</returns>
    public static double Upper(long successes, long trials, double alpha)
    {
        SettingRange.Require(successes, successes >= 0 && successes <= trials, $"from 0 to {trials}, the number of trials", nameof(successes));
        return Math.Min(1, Math.BitIncrement(1 - Lower(trials - successes, trials, alpha)));
    }

    /// <summary>Both bounds at once: the probability lies between them with confidence 1 − alpha, each being wrong with half of alpha.</summary>
    /// <inheritdoc cref="Lower"/>
    /// <returns>Within [0, 1].</returns>
    public static ConfidenceInterval Interval(long successes, long trials, double alpha) =>
        new(Lower(successes, trials, alpha / 2), Upper(successes, trials, alpha / 2));
}
