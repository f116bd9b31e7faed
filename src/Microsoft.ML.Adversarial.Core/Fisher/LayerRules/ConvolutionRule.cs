using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher.LayerRules;

/// <summary>
/// A convolution, of maps or of sequences as maps of height 1, is a linear layer on unfolded patches U, whose gradient G = δUᵀ sums over
/// positions. G is formed of each cotangent where it is no larger than that, else of all together, unless the ghost form δ(UᵀU)δᵀ
/// (Goodfellow 2015, arXiv:1510.01799; Bu et al. 2022, arXiv:2205.10683) multiplies less.
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

    /// <summary>The gradients themselves, those of the weights before those of the biases, [N, …], where patches have no more elements than there are.</summary>
    public Func<Tensor, Tensor> Condense(Tensor inputs)
    {
        if (PatchSize > Positions(inputs))
        {
            return cotangent => cotangent;
        }

        var patches = Patches(inputs);
        return cotangent =>
        {
            var gradients = cotangent.reshape(patches.shape[0], -1, patches.shape[1]).bmm(patches).reshape(inputs.shape[0], -1);
            return _layer.bias is null ? gradients : cat([gradients, cotangent.flatten(2).sum(2)], 1);
        };
    }

    public IReadOnlyList<Tensor> Grams(Tensor inputs, Tensor condensed)
    {
        if (condensed.dim() > 3)
        {
            return CotangentGrams(inputs, condensed);
        }

        long[] sizes = _layer.bias is null ? [condensed.shape[2]] : [condensed.shape[2] - _layer.out_channels, _layer.out_channels];
        return [.. condensed.split(sizes, 2).Select(Products)];
    }

    public IReadOnlyList<Func<Tensor, Tensor>> Tangents(Tensor inputs, Tensor cotangent)
    {
        var weight = AlongWeights(inputs, cotangent);
        if (_layer.bias is null)
        {
            return [weight];
        }

        var bias = cotangent.flatten(2).sum(2).reshape([.. cotangent.shape[..2], .. Enumerable.Repeat(1L, (int)cotangent.dim() - 2)]);
        return [weight, _ => bias];
    }

    private Func<Tensor, Tensor> AlongWeights(Tensor inputs, Tensor cotangent)
    {
        var patches = Patches(inputs);

        // W's gradient of each row, [N·groups, channels, patch].
        var direction = cotangent.reshape(patches.shape[0], -1, patches.shape[1]).bmm(patches);
        Tensor OnPatches(Tensor of) => direction.bmm(of.transpose(1, 2)).reshape(cotangent.shape);

        // Patches of one channel are small; with more of them it costs less to let a convolution find its way back.
        return x => ReferenceEquals(x, inputs) ? OnPatches(patches)
            : _layer.in_channels == _layer.groups ? OnPatches(Patches(x))
            : PerRow(x, Kernels(direction)).reshape(cotangent.shape);
    }

    // [N·channels, channels in, height, width]
    private Tensor Kernels(Tensor gradients) =>
        gradients.reshape(-1, _kernel.Item1, _kernel.Item2, _layer.in_channels / _layer.groups).permute(0, 3, 1, 2).contiguous();

    // Each row with weights of its own: one convolution whose groups are the rows'.
    private Tensor PerRow(Tensor inputs, Tensor weights)
    {
        var maps = Maps(inputs);
        return nn.functional.conv2d(
            maps.reshape(1, -1, maps.shape[2], maps.shape[3]), weights, null, [_stride.Item1, _stride.Item2],
            [_padding.Item1, _padding.Item2], [_dilation.Item1, _dilation.Item2], inputs.shape[0] * _layer.groups);
    }

    private Tensor[] CotangentGrams(Tensor inputs, Tensor cotangents)
    {
        var patches = Patches(inputs);
        var (rows, count, channels, positions) = (cotangents.shape[0], cotangents.shape[1], cotangents.shape[2], patches.shape[1]);
        var perGroup = channels / _layer.groups;

        // Groups share no weights: their Gram matrices add up.
        var deltas = cotangents.reshape(rows, count, _layer.groups, perGroup, positions).transpose(1, 2).reshape(-1, count * perGroup, positions);
        var ghost = (double)positions * (PatchSize + (count * perGroup)) < (double)PatchSize * count * perGroup;
        var gram = ghost
            ? deltas.bmm(patches.bmm(patches.transpose(1, 2))).reshape(-1, count, perGroup * positions)
                .bmm(deltas.reshape(-1, count, perGroup * positions).transpose(1, 2))
            : Products(deltas.bmm(patches).reshape(-1, count, perGroup * PatchSize));
        var weights = gram.reshape(rows, _layer.groups, count, count).sum(1);
        return _layer.bias is null ? [weights] : [weights, Products(cotangents.flatten(3).sum(3))];
    }

    private static Tensor Products(Tensor gradients) => gradients.bmm(gradients.transpose(1, 2));

    private long PatchSize => _layer.in_channels / _layer.groups * _kernel.Item1 * _kernel.Item2;

    private long Positions(Tensor inputs)
    {
        var (height, width) = (inputs.dim() == 3 ? 1 : inputs.shape[2], inputs.shape[^1]);
        return _unevenPadding is not null
            ? height * width
            : Steps(height, _kernel.Item1, _stride.Item1, _padding.Item1, _dilation.Item1)
                * Steps(width, _kernel.Item2, _stride.Item2, _padding.Item2, _dilation.Item2);
    }

    private static long Steps(long length, long kernel, long stride, long padding, long dilation) =>
        ((length + (2 * padding) - (dilation * (kernel - 1)) - 1) / stride) + 1;

    // [N·groups, positions, kernel·channels]. With a group's channels side by side, what a patch takes of a line lies in one piece: several times as fast as unfold.
    private Tensor Patches(Tensor inputs)
    {
        var maps = Maps(inputs);
        var lines = maps.reshape(-1, maps.shape[1] / _layer.groups, maps.shape[2], maps.shape[3]).permute(0, 2, 3, 1).contiguous();
        if (_padding is not (0, 0))
        {
            lines = nn.functional.pad(lines, [0, 0, _padding.Item2, _padding.Item2, _padding.Item1, _padding.Item1]);
        }

        var patches = Windows(Windows(lines, 1, _kernel.Item1, _stride.Item1, _dilation.Item1), 2, _kernel.Item2, _stride.Item2, _dilation.Item2);
        return patches.permute(0, 1, 2, 4, 5, 3).flatten(1, 2).flatten(2);
    }

    // What the kernel covers of an axis, step by step, on an axis of its own at the end.
    private static Tensor Windows(Tensor values, long axis, long kernel, long stride, long dilation)
    {
        var windows = values.unfold(axis, (dilation * (kernel - 1)) + 1, stride);
        return dilation == 1 ? windows : windows.slice(-1, 0, windows.shape[^1], dilation);
    }

    private Tensor Maps(Tensor inputs)
    {
        var maps = inputs.dim() == 3 ? inputs.unsqueeze(2) : inputs;
        return _unevenPadding is null ? maps : nn.functional.pad(maps, _unevenPadding);
    }

    private static (long, long) Pair(long[] sizes, long alongNothing) => sizes.Length == 1 ? (alongNothing, sizes[0]) : (sizes[0], sizes[1]);
}
