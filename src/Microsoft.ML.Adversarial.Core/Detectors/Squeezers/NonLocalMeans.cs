using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Adversarial.Detectors.Squeezers;

/// <summary>
/// Each pixel becomes an average of the pixels of a search window, weighted by how alike their surroundings are: exp(−d² / h²), d² the mean
/// squared difference of the two patches over all channels (Buades, Coll &amp; Morel 2005; Xu et al. 2018, section II-B). Patches are not
/// weighted by a Gaussian. All channels of a pixel share their weights.
/// </summary>
internal static class NonLocalMeans
{
    /// <summary>Smooths images [N, C, H, W].</summary>
    /// <param name="images">The images.</param>
    /// <param name="search">Size of the search window, odd.</param>
    /// <param name="patch">Size of the patches, odd.</param>
    /// <param name="strength">h, above 0, in the units of the pixels.</param>
    public static Tensor Apply(Tensor images, int search, int patch, double strength)
    {
        using var scope = NewDisposeScope();
        var (reach, border) = (search / 2, patch / 2);
        var (height, width) = (images.shape[2], images.shape[3]);
        var padded = Windows.Mirror(images, reach + border, reach + border);
        var around = padded.narrow(2, reach, height + (2 * border)).narrow(3, reach, width + (2 * border));
        var sum = zeros_like(images);
        var total = zeros([images.shape[0], 1, height, width], images.dtype, images.device);
        for (var down = 0; down < search; down++)
        {
            for (var right = 0; right < search; right++)
            {
                using var iteration = NewDisposeScope();
                var shifted = padded.narrow(2, down, height + (2 * border)).narrow(3, right, width + (2 * border));
                var difference = (around - shifted).square().mean([1], keepdim: true);
                var distance = functional.avg_pool2d(difference, patch, stride: 1);
                var weight = (distance / (-strength * strength)).exp();
                sum.add_(weight * shifted.narrow(2, border, height).narrow(3, border, width));
                total.add_(weight);
            }
        }

        return (sum / total).MoveToOuterDisposeScope();
    }
}
