using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher.LayerRules;

/// <summary>
/// A convolution, of maps or of sequences as maps of height 1, is a linear layer on unfolded patches U, whose gradient G = δUᵀ sums over
/// positions. Either G is formed, or the ghost form δ(UᵀU)δᵀ is used (Goodfellow 2015, arXiv:1510.01799; Bu et al. 2022, arXiv:2205.10683),
/// whichever multiplies less.
/// </summary>
internal sealed class ConvolutionRule : ILayerRule
{
    private readonly Convolution _layer;
    private readonly (long, long) _kernel;
    private readonly (long, long) _dilation;
    private readonly (long, long) _stride;
    private readonly (long, long) _padding;

    // What an even kernel under "same" padding needs on the far sides only.
    private readonly long[]? _unevenPadding;

    private ConvolutionRule(Convolution layer)
    {
        _layer = layer;
        _kernel = Pair(layer.kernel_size, 1);
        _dilation = Pair(layer.dilation, 1);
        _stride = Pair(layer.stride, 1);
        _padding = Pair(layer.padding ?? [0], 0);
        if (layer.padding_type is Padding.Same)
        {
            var (height, width) = (_dilation.Item1 * (_kernel.Item1 - 1), _dilation.Item2 * (_kernel.Item2 - 1));
            _padding = (0, 0);
            _unevenPadding = [width / 2, width - (width / 2), height / 2, height - (height / 2)];
        }
    }

    public static ILayerRule? For(nn.Module module) =>
        module is Conv1d { padding_mode: PaddingModes.Zeros } or Conv2d { padding_mode: PaddingModes.Zeros } ? new ConvolutionRule((Convolution)module) : null;

    public IReadOnlyList<Tensor> Grams(Tensor inputs, Tensor cotangents)
    {
        var groups = _layer.groups;
        var (rows, count, channels) = (cotangents.shape[0], cotangents.shape[1], cotangents.shape[2]);
        var patches = Patches(inputs);
        var positions = patches.shape[2];

        // Groups share no weights: their Gram matrices add up.
        var perGroup = patches.reshape(rows, groups, -1, positions);
        var deltas = cotangents.reshape(rows, count, groups, channels / groups, positions);
        var gram = GroupGram(perGroup.select(1, 0), deltas.select(2, 0));
        for (var group = 1L; group < groups; group++)
        {
            gram.add_(GroupGram(perGroup.select(1, group), deltas.select(2, group)));
        }

        if (_layer.bias is null)
        {
            return [gram];
        }

        var bias = deltas.sum(4).flatten(2);
        return [gram, bias.bmm(bias.transpose(1, 2))];
    }

    public IReadOnlyList<Func<Tensor, Tensor>> Tangents(Tensor inputs, Tensor cotangent)
    {
        // Patches of one channel are small; with more of them it costs less to let a convolution find its way.
        var weight = _layer.in_channels > _layer.groups ? OnMaps(inputs, cotangent) : OnPatches(inputs, cotangent);
        if (_layer.bias is null)
        {
            return [weight];
        }

        var bias = cotangent.flatten(2).sum(2).reshape([.. cotangent.shape[..2], .. Enumerable.Repeat(1L, (int)cotangent.dim() - 2)]);
        return [weight, _ => bias];
    }

    private Func<Tensor, Tensor> OnPatches(Tensor inputs, Tensor cotangent)
    {
        var patches = GroupedPatches(inputs);

        // [N·groups, channels, patch]: W's gradient of each row.
        var direction = cotangent.reshape(patches.shape[0], cotangent.shape[1] / _layer.groups, -1).bmm(patches.transpose(1, 2));
        return x => direction.bmm(ReferenceEquals(x, inputs) ? patches : GroupedPatches(x)).reshape(cotangent.shape);
    }

    private Func<Tensor, Tensor> OnMaps(Tensor inputs, Tensor cotangent)
    {
        using var grad = enable_grad();
        var perRow = inputs.new_zeros([inputs.shape[0] * _layer.out_channels, inputs.shape[1] / _layer.groups, _kernel.Item1, _kernel.Item2]).requires_grad_();
        var outputs = PerRow(inputs.detach(), perRow);
        var direction = autograd.grad([outputs], [perRow], [cotangent.reshape(outputs.shape)])[0];
        return x => PerRow(x, direction).reshape(cotangent.shape);
    }

    // Each row with weights of its own: one convolution whose groups are the rows'.
    private Tensor PerRow(Tensor inputs, Tensor weights)
    {
        var maps = Maps(inputs);
        return nn.functional.conv2d(
            maps.reshape(1, -1, maps.shape[2], maps.shape[3]), weights, null, [_stride.Item1, _stride.Item2],
            [_padding.Item1, _padding.Item2], [_dilation.Item1, _dilation.Item2], inputs.shape[0] * _layer.groups);
    }

    // [N, channels·kernel, positions]
    private Tensor Patches(Tensor inputs) => nn.functional.unfold(Maps(inputs), _kernel, _dilation, _padding, _stride);

    private Tensor Maps(Tensor inputs)
    {
        var maps = inputs.dim() == 3 ? inputs.unsqueeze(2) : inputs;
        return _unevenPadding is null ? maps : nn.functional.pad(maps, _unevenPadding);
    }

    private Tensor GroupedPatches(Tensor inputs)
    {
        var patches = Patches(inputs);
        return patches.reshape(patches.shape[0] * _layer.groups, -1, patches.shape[2]);
    }

    private static Tensor GroupGram(Tensor patches, Tensor deltas)
    {
        var (rows, count, channels, positions) = (deltas.shape[0], deltas.shape[1], deltas.shape[2], deltas.shape[3]);
        var patchSize = patches.shape[1];
        var flat = deltas.reshape(rows, count * channels, positions);
        var ghost = (double)positions * (patchSize + (count * channels)) < (double)patchSize * count * channels;
        if (ghost)
        {
            var similar = patches.transpose(1, 2).bmm(patches);
            var weighted = flat.bmm(similar).reshape(rows, count, channels * positions);
            return weighted.bmm(flat.reshape(rows, count, channels * positions).transpose(1, 2));
        }

        var gradients = flat.bmm(patches.transpose(1, 2)).reshape(rows, count, channels * patchSize);
        return gradients.bmm(gradients.transpose(1, 2));
    }

    private static (long, long) Pair(long[] sizes, long alongNothing) => sizes.Length == 1 ? (alongNothing, sizes[0]) : (sizes[0], sizes[1]);
}
