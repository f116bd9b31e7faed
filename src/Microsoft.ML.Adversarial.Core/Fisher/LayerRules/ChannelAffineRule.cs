using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher.LayerRules;

/// <summary>Normalisations with one γ and β per channel, which all positions behind it share.</summary>
internal abstract class ChannelAffineRule(bool hasShift) : AffineRule(hasShift)
{
    protected sealed override IEnumerable<long> Positions(long dimensions)
    {
        for (var axis = 2L; axis < dimensions; axis++)
        {
            yield return axis;
        }
    }

    protected sealed override Tensor Sums(Tensor cotangent, Tensor normalised)
    {
        // Vectors have one position each: nothing to sum.
        if (cotangent.dim() == 2 || ChannelSums.TryTake(cotangent, normalised) is not { } sums)
        {
            return base.Sums(cotangent, normalised);
        }

        return HasShift ? sums : sums.narrow(1, 0, 1);
    }

    /// <summary>One value per channel, along its axis, in a shape that broadcasts over [N, C, …].</summary>
    protected static Tensor PerChannel(Tensor values, long dimensions) => values.reshape([1, -1, .. Enumerable.Repeat(1L, (int)dimensions - 2)]);
}
