using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors.Squeezers;

/// <summary>Fewer values per feature: round(x·(2^bits − 1)) / (2^bits − 1) (Xu et al. 2018, section II-A).</summary>
internal static class BitDepth
{
    /// <summary>Squeezes values in [0, 1] of any shape.</summary>
    public static Tensor Reduce(Tensor values, int bits)
    {
        var steps = Math.Pow(2, bits) - 1;
        return (values * steps).round() / steps;
    }
}
