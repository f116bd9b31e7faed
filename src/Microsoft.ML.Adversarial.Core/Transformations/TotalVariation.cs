using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transformations;

/// <summary>
/// The images that minimise ½·‖kept ⊙ (z − x)‖² + weight·TV(z) by the primal-dual method of Chambolle &amp; Pock 2011 (algorithm 1, θ = 1),
/// channel by channel: the gradient D takes forward differences, 0 at the far edges, and ‖D‖² ≤ 8.
/// </summary>
internal static class TotalVariation
{
    private static readonly double StepSize = 1 / Math.Sqrt(8);

    /// <param name="images">Shape [N, C, H, W].</param>
    /// <param name="kept">1 for pixels that count, 0 for others, in the same shape.</param>
    /// <param name="weight">How much total variation counts, in the units of the pixels.</param>
    /// <param name="iterations">Number of steps.</param>
    public static Tensor Minimise(Tensor images, Tensor kept, double weight, int iterations)
    {
        using var scope = NewDisposeScope();
        var (smallest, largest) = (images.amin([2, 3], keepdim: true), images.amax([2, 3], keepdim: true));
        var pulled = images * kept * StepSize;
        var shrink = 1 / ((kept * StepSize) + 1);
        var mean = (images * kept).sum([2, 3], keepdim: true) / kept.sum([2, 3], keepdim: true).clamp_min(1);
        var solution = (images * kept) + (mean * (1 - kept));
        var ahead = solution.clone();
        var (down, right) = (zeros_like(images), zeros_like(images));
        var (height, width) = (images.shape[2], images.shape[3]);
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            using var step = NewDisposeScope();
            down.narrow(2, 0, height - 1).add_(ahead.diff(dim: 2), alpha: StepSize);
            right.narrow(3, 0, width - 1).add_(ahead.diff(dim: 3), alpha: StepSize);
            var excess = ((down.square() + right.square()).sqrt_() / weight).clamp_min_(1);
            down.div_(excess);
            right.div_(excess);

            var next = solution.clone();
            Spread_(next, down, dimension: 2);
            Spread_(next, right, dimension: 3);
            next.add_(pulled).mul_(shrink);
            ahead.copy_((next * 2) - solution);
            solution.copy_(next);
        }

        return solution.clamp(smallest, largest).MoveToOuterDisposeScope();
    }

    // Subtracts the step size times the adjoint of the differences in one direction.
    private static void Spread_(Tensor images, Tensor differences, long dimension)
    {
        var inner = differences.narrow(dimension, 0, differences.shape[dimension] - 1);
        images.narrow(dimension, 0, inner.shape[dimension]).add_(inner, alpha: StepSize);
        images.narrow(dimension, 1, inner.shape[dimension]).add_(inner, alpha: -StepSize);
    }
}
