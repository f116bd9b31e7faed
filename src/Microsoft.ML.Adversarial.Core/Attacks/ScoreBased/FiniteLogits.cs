using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>
/// Logits without infinities. Models of trees give classes a probability of 0, whose logarithm is −∞: no difference of two such scores is a number.
/// It counts as the logarithm of the smallest positive number of type Single, and as no more than the row's smallest score.
/// </summary>
internal static class FiniteLogits
{
    // log 2⁻¹⁴⁹, rounded.
    private const double LogOfSmallest = 104;

    /// <param name="logits">Shape [N, classes].</param>
    /// <returns>The logits themselves where all are finite.</returns>
    public static Tensor Of(Tensor logits)
    {
        var finite = logits.isfinite();
        if (finite.all().item<bool>())
        {
            return logits;
        }

        var highest = where(finite, logits, full_like(logits, double.NegativeInfinity)).amax([1], keepdim: true);
        highest = where(highest.isfinite(), highest, zeros_like(highest));
        var lowest = where(finite, logits, full_like(logits, double.PositiveInfinity)).amin([1], keepdim: true);
        lowest = minimum(lowest, highest - LogOfSmallest);
        return where(finite, logits, where(logits.eq(double.PositiveInfinity), highest + LogOfSmallest, lowest));
    }
}
