using Microsoft.ML.Adversarial.Certification;

namespace Microsoft.ML.Adversarial.Evaluation;

/// <summary>
/// Whether two classifiers differ on the same rows (McNemar 1947, "Note on the sampling error of the difference between correlated proportions or
/// percentages"), exactly rather than by χ²: rows on which only one of them is right are coin flips if neither is better.
/// </summary>
internal static class McNemarTest
{
    /// <summary>The two-sided p-value: how likely a split at least as uneven is if neither is better; 1 if they agree on all rows.</summary>
    /// <param name="onlyFirst">Rows on which only the first is right.</param>
    /// <param name="onlySecond">Rows on which only the second is right.</param>
    public static double PValue(long onlyFirst, long onlySecond)
    {
        var (more, all) = (Math.Max(onlyFirst, onlySecond), onlyFirst + onlySecond);
        return all == 0 ? 1 : Math.Min(1, 2 * IncompleteBeta.BinomialTail(more, all, 0.5));
    }
}
