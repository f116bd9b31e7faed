using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors.Squeezers;

/// <summary>
/// Each pixel becomes the median of a square window around it, channel by channel (Xu et al. 2018, section II-B). Windows of even size
/// reach one pixel farther up and left, and the median of an even number of values is the upper one, as in SciPy's filter, which the paper
/// uses.
/// </summary>
internal static class MedianFilter
{
    /// <summary>Filters images [N, C, H, W].</summary>
    public static Tensor Apply(Tensor images, int window)
    {
        using var scope = NewDisposeScope();
        var padded = Windows.Mirror(images, window / 2, (window - 1) / 2);
        var (sorted, _) = padded.unfold(2, window, 1).unfold(3, window, 1).flatten(4).sort(4);
        return sorted.select(4, window * window / 2).MoveToOuterDisposeScope();
    }
}
