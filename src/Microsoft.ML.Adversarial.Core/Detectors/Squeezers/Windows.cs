using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors.Squeezers;

/// <summary>Images that are continued beyond their edges as in a mirror, the edge pixels included: … b a | a b c | c b …</summary>
internal static class Windows
{
    /// <summary>Adds pixels around images [N, C, H, W].</summary>
    public static Tensor Mirror(Tensor images, long before, long after) => images
        .index_select(2, Positions(images.shape[2], before, after).to(images.device))
        .index_select(3, Positions(images.shape[3], before, after).to(images.device));

    private static Tensor Positions(long length, long before, long after)
    {
        var positions = new long[before + length + after];
        for (var index = 0; index < positions.Length; index++)
        {
            var unfolded = index - before;
            var position = ((unfolded % (2 * length)) + (2 * length)) % (2 * length);
            positions[index] = position < length ? position : (2 * length) - 1 - position;
        }

        return tensor(positions);
    }
}
