using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Saliency;

/// <summary>What moving each feature up adds to the target's output and takes from the sum of the others.</summary>
/// <param name="Gains">∂F_t/∂x, shape [N, features], Float64 on the CPU.</param>
/// <param name="Losses">−Σ_{j≠t} ∂F_j/∂x, the same shape.</param>
internal sealed record SaliencyMap(Tensor Gains, Tensor Losses)
{
    /// <summary>Whether a saliency that Float32 cannot hold is none.</summary>
    private bool IsSinglePrecision { get; init; }

    /// <summary>The map at some inputs.</summary>
    /// <param name="source">What F is.</param>
    /// <param name="leaf">The inputs, shape [N, …]; their <c>.grad</c> is empty, as it is again afterwards.</param>
    /// <param name="logits">Theirs, with the graph.</param>
    /// <param name="targets">Shape [N], Int64.</param>
    public static SaliencyMap Of(SaliencySource source, Tensor leaf, Tensor logits, Tensor targets)
    {
        var onTarget = nn.functional.one_hot(targets, logits.shape[1]).to(logits.dtype);
        if (source == SaliencySource.SinglePrecisionSoftmax)
        {
            // ∂F_t through the softmax itself; F_t, which underflows on saturated networks, is not taken out.
            var probabilities = logits.detach().softmax(1);
            var own = (probabilities * onTarget).sum(1, keepdim: true);
            var slope = Slope(leaf, logits, own * (onTarget - probabilities), keepGraph: false);
            return new(slope, slope) { IsSinglePrecision = true };
        }

        if (source == SaliencySource.Softmax)
        {
            // ∂F_t = F_t·∂(log F_t), and the others' derivatives are its negative. F_t, the same for all features of a row, may underflow.
            var slope = Slope(leaf, logits, onTarget - logits.detach().softmax(1), keepGraph: false);
            return new(slope, slope);
        }

        return new(Slope(leaf, logits, onTarget, keepGraph: true), Slope(leaf, logits, onTarget - 1, keepGraph: false));
    }

    /// <summary>The most salient pair of every row among the features that may move; of saliency 0 where there is none.</summary>
    /// <param name="free">Which features may move, in the shape of the inputs, Bool.</param>
    /// <param name="direction">+1: they move up; −1: down.</param>
    public SalientPair[] Pairs(Tensor free, int direction)
    {
        using var scope = NewDisposeScope();
        var features = (int)Gains.shape[1];
        var gains = MemoryMarshal.Cast<byte, double>((Gains * direction).bytes);
        var losses = MemoryMarshal.Cast<byte, double>((Losses * direction).bytes);
        var mayMove = MemoryMarshal.Cast<byte, bool>(free.cpu().contiguous().bytes);
        var search = new SalientPairSearch(features);
        var pairs = new SalientPair[Gains.shape[0]];
        for (var row = 0; row < pairs.Length; row++)
        {
            var start = row * features;
            var best = search.Best(gains.Slice(start, features), losses.Slice(start, features), mayMove.Slice(start, features));
            pairs[row] = IsSinglePrecision && (float)best.Saliency == 0 ? default : best;
        }

        return pairs;
    }

    private static Tensor Slope(Tensor leaf, Tensor logits, Tensor cotangent, bool keepGraph)
    {
        autograd.backward([logits], [cotangent], retain_graph: keepGraph, inputs: [leaf]);
        var slope = leaf.grad!.flatten(1).to(ScalarType.Float64, CPU);
        leaf.grad = null;
        return slope;
    }
}
