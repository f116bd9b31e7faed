using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.InformationGeometry;

/// <summary>KL divergences between categorical distributions given by their logits, without cancellation where the two nearly agree.</summary>
internal static class CategoricalDivergence
{
    // Up to here the series of φ is as good as the closed form, beyond it the closed form loses no more than a digit.
    private const double SeriesLimit = 0.5;
    private const int SeriesTerms = 16;

    /// <summary>
    /// KL(p ‖ q) per row. Σ p (ln p − ln q) cancels, as its terms are of first order and their sum of second; with d = ln p − ln q it is
    /// Σ q φ(d), φ(d) = d eᵈ − eᵈ + 1, where no term is below 0.
    /// </summary>
    /// <param name="logits">Logits of p, shape [N, C], float64; −∞ is a probability of 0.</param>
    /// <param name="reference">Logits of q, in the same shape.</param>
    /// <returns>Shape [N], float64, at least 0; +∞ where p has a class that q rules out.</returns>
    public static Tensor OfLogits(Tensor logits, Tensor reference)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var isExcluded = reference.isneginf();
        var impossible = isExcluded.logical_and(logits.isneginf().logical_not()).any(1);

        // Against the likeliest class a row loses what shifts all its logits alike. Classes that q rules out have no weight.
        var likeliest = reference.argmax(1, keepdim: true);
        var change = (logits - reference).masked_fill(isExcluded, 0);
        var common = change.gather(1, likeliest);
        change = change - common.masked_fill(common.isneginf(), 0);
        var logWeights = reference.log_softmax(1);
        var weights = logWeights.exp();

        // ln Σ q e^change, for small changes not by way of a sum that is nearly 1.
        var growth = where(change.abs().less(1), weights * change.expm1(), (logWeights + change).exp() - weights).sum(1, keepdim: true);
        var normaliser = where(growth.abs().less(SeriesLimit), growth.log1p(), (logWeights + change).logsumexp(1, keepdim: true));
        var difference = change - normaliser;
        var moved = (logWeights + difference).exp();
        var far = where(moved.eq(0), weights, (moved * difference) - moved + weights);
        var terms = where(difference.abs().less(SeriesLimit), weights * Series(difference), far).masked_fill(isExcluded, 0);
        return terms.sum(1).masked_fill(impossible, double.PositiveInfinity).MoveToOuterDisposeScope();
    }

    // φ(d) = Σ_{k ≥ 2} dᵏ (k − 1)/k!.
    private static Tensor Series(Tensor difference)
    {
        var factorial = Enumerable.Range(1, SeriesTerms).Aggregate(1.0, (product, factor) => product * factor);
        var series = full_like(difference, (SeriesTerms - 1) / factorial);
        for (var power = SeriesTerms - 1; power >= 2; power--)
        {
            factorial /= power + 1;
            series.mul_(difference).add_((power - 1) / factorial);
        }

        return series.mul_(difference).mul_(difference);
    }
}
