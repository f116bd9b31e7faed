using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher.LayerRules;

/// <summary>
/// A convolution, of maps or of sequences, is a linear layer on patches U, whose gradient G = δU sums over positions. G is formed of each
/// cotangent where it is no larger than that, else of all together, unless the ghost form δ(UUᵀ)δᵀ (Goodfellow 2015, arXiv:1510.01799; Bu et
/// al. 2022, arXiv:2205.10683) multiplies less.
/// </summary>
internal sealed class ConvolutionRule(Convolution layer) : ILayerRule
{
    private readonly ConvolutionPatches _patches = new(layer);

    public static ILayerRule? For(nn.Module module) =>
        module is Conv1d { padding_mode: PaddingModes.Zeros } or Conv2d { padding_mode: PaddingModes.Zeros }
            ? new ConvolutionRule((Convolution)module)
            : null;

    /// <summary>
    /// The gradients of the weights, and behind them those of the biases, [N, …], where a patch has no more elements than there are patches.
    /// </summary>
    public Func<Tensor, Tensor> Condense(Tensor inputs)
    {
        if (_patches.Size > _patches.Positions(inputs))
        {
            return cotangent => cotangent;
        }

        var patches = _patches.Of(inputs);
        return cotangent =>
        {
            var weights = Gradients(cotangent, patches).reshape(inputs.shape[0], -1);
            return layer.bias is null ? weights : cat([weights, cotangent.flatten(2).sum(2)], 1);
        };
    }

    public IReadOnlyList<Tensor> Grams(Tensor inputs, Tensor condensed)
    {
        if (condensed.dim() > 3)
        {
            return CotangentGrams(inputs, condensed);
        }

        long[] sizes = layer.bias is null ? [condensed.shape[2]] : [condensed.shape[2] - layer.out_channels, layer.out_channels];
        return [.. condensed.split(sizes, 2).Select(Products)];
    }

    public IReadOnlyList<Func<Tensor, Tensor>> Tangents(Tensor inputs, Tensor cotangent)
    {
        var weight = AlongWeights(inputs, cotangent);
        if (layer.bias is null)
        {
            return [weight];
        }

        var bias = cotangent.flatten(2).sum(2).reshape([.. cotangent.shape[..2], .. Enumerable.Repeat(1L, (int)cotangent.dim() - 2)]);
        return [weight, _ => bias];
    }

    private Func<Tensor, Tensor> AlongWeights(Tensor inputs, Tensor cotangent)
    {
        var patches = _patches.Of(inputs);
        var direction = Gradients(cotangent, patches);
        Tensor OnPatches(Tensor of) => direction.bmm(of.transpose(1, 2)).reshape(cotangent.shape);

        // Patches of one channel are small; with more of them it costs less to let a convolution find its way back.
        return x => ReferenceEquals(x, inputs) ? OnPatches(patches)
            : layer.in_channels == layer.groups ? OnPatches(_patches.Of(x))
            : _patches.Convolve(x, _patches.Kernels(direction)).reshape(cotangent.shape);
    }

    private Tensor[] CotangentGrams(Tensor inputs, Tensor cotangents)
    {
        var patches = _patches.Of(inputs);
        var (rows, count, channels, positions) = (cotangents.shape[0], cotangents.shape[1], cotangents.shape[2], patches.shape[1]);
        var perGroup = channels / layer.groups;

        // Groups share no weights: their Gram matrices add up.
        var deltas = cotangents.reshape(rows, count, layer.groups, perGroup, positions)
            .transpose(1, 2).reshape(-1, count * perGroup, positions);
        var ghost = (double)positions * (_patches.Size + (count * perGroup)) < (double)_patches.Size * count * perGroup;
        var gram = ghost
            ? deltas.bmm(patches.bmm(patches.transpose(1, 2))).reshape(-1, count, perGroup * positions)
                .bmm(deltas.reshape(-1, count, perGroup * positions).transpose(1, 2))
            : Products(deltas.bmm(patches).reshape(-1, count, perGroup * _patches.Size));
        var weights = gram.reshape(rows, layer.groups, count, count).sum(1);
        return layer.bias is null ? [weights] : [weights, Products(cotangents.flatten(3).sum(3))];
    }

    // Of the weights, each row's, [N·groups, channels, patch].
    private static Tensor Gradients(Tensor cotangent, Tensor patches) => cotangent.reshape(patches.shape[0], -1, patches.shape[1]).bmm(patches);

    private static Tensor Products(Tensor gradients) => gradients.bmm(gradients.transpose(1, 2));
}
