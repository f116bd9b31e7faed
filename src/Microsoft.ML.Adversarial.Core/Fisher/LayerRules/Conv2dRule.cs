using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher.LayerRules;

/// <summary>
/// A convolution is a linear layer on unfolded patches U whose gradient G = δUᵀ sums over positions. Either G is formed, or the ghost form
/// δ(UᵀU)δᵀ is used (Goodfellow 2015, arXiv:1510.01799; Bu et al. 2022, arXiv:2205.10683), whichever multiplies less.
/// </summary>
internal sealed class Conv2dRule : ILayerRule
{
    // Padding "same" has no sizes.
    public bool Covers(nn.Module module) => module is Conv2d { padding_mode: PaddingModes.Zeros, padding: not null };

    public Tensor Gram(nn.Module module, Tensor inputs, Tensor cotangents)
    {
        using var scope = NewDisposeScope();
        var convolution = (Conv2d)module;
        var (rows, count, channels) = (cotangents.shape[0], cotangents.shape[1], cotangents.shape[2]);
        var positions = cotangents.shape[3] * cotangents.shape[4];
        var groups = convolution.groups;
        var patches = nn.functional.unfold(
            inputs, Pair(convolution.kernel_size), Pair(convolution.dilation), Pair(convolution.padding!), Pair(convolution.stride));
        var patchSize = patches.shape[1] / groups;

        // Groups share no weights: their Gram matrices add up.
        var perGroup = patches.reshape(rows, groups, patchSize, positions);
        var deltas = cotangents.reshape(rows, count, groups, channels / groups, positions);
        var gram = zeros([rows, count, count], cotangents.dtype, cotangents.device);
        for (var group = 0L; group < groups; group++)
        {
            gram.add_(GroupGram(perGroup.select(1, group), deltas.select(2, group)));
        }

        if (convolution.bias is not null)
        {
            var bias = deltas.sum(4).flatten(2);
            gram.add_(bias.bmm(bias.transpose(1, 2)));
        }

        return gram.MoveToOuterDisposeScope();
    }

    private static Tensor GroupGram(Tensor patches, Tensor deltas)
    {
        using var scope = NewDisposeScope();
        var (rows, count, channels, positions) = (deltas.shape[0], deltas.shape[1], deltas.shape[2], deltas.shape[3]);
        var patchSize = patches.shape[1];
        var flat = deltas.reshape(rows, count * channels, positions);
        var ghost = (double)positions * (patchSize + (count * channels)) < (double)patchSize * count * channels;
        if (ghost)
        {
            var similar = patches.transpose(1, 2).bmm(patches);
            var weighted = flat.bmm(similar).reshape(rows, count, channels * positions);
            return weighted.bmm(flat.reshape(rows, count, channels * positions).transpose(1, 2)).MoveToOuterDisposeScope();
        }

        var gradients = flat.bmm(patches.transpose(1, 2)).reshape(rows, count, channels * patchSize);
        return gradients.bmm(gradients.transpose(1, 2)).MoveToOuterDisposeScope();
    }

    private static (long, long) Pair(long[] sizes) => (sizes[0], sizes[^1]);
}
