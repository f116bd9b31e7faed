using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher.LayerRules;

/// <summary>
/// What a convolution sees of its input at each position. Sequences are maps of height 1. Elements of a patch are ordered by line, column and
/// channel: with a group's channels side by side, what a patch takes of a line lies in one piece, which is several times as fast as unfold.
/// </summary>
internal sealed class ConvolutionPatches
{
    private readonly Convolution _layer;
    private readonly (long, long) _kernel;
    private readonly (long, long) _dilation;
    private readonly (long, long) _stride;
    private readonly (long, long) _padding;

    // What an even kernel under "same" padding needs on the far sides only.
    private readonly long[]? _unevenPadding;

    public ConvolutionPatches(Convolution layer)
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

    /// <summary>Elements of a patch: those of one group's channels.</summary>
    public long Size => ChannelsPerGroup * _kernel.Item1 * _kernel.Item2;

    private long ChannelsPerGroup => _layer.in_channels / _layer.groups;

    /// <summary>How many patches there are in one row of the inputs.</summary>
    public long Positions(Tensor inputs)
    {
        var (height, width) = (inputs.dim() == 3 ? 1 : inputs.shape[2], inputs.shape[^1]);
        return _unevenPadding is not null
            ? height * width
            : Steps(height, _kernel.Item1, _stride.Item1, _padding.Item1, _dilation.Item1)
                * Steps(width, _kernel.Item2, _stride.Item2, _padding.Item2, _dilation.Item2);
    }

    /// <summary>The patches, shape [N·groups, positions, size].</summary>
    public Tensor Of(Tensor inputs)
    {
        var maps = Maps(inputs);
        var lines = maps.reshape(-1, ChannelsPerGroup, maps.shape[2], maps.shape[3]).permute(0, 2, 3, 1).contiguous();
        if (_padding is not (0, 0))
        {
            lines = nn.functional.pad(lines, [0, 0, _padding.Item2, _padding.Item2, _padding.Item1, _padding.Item1]);
        }

        var ofLines = Windows(lines, 1, _kernel.Item1, _stride.Item1, _dilation.Item1);
        var patches = Windows(ofLines, 2, _kernel.Item2, _stride.Item2, _dilation.Item2);
        return patches.permute(0, 1, 2, 4, 5, 3).flatten(1, 2).flatten(2);
    }

    /// <summary>The kernels whose elements are ordered as those of patches, [N·groups, channels out, size], as convolutions read them.</summary>
    public Tensor Kernels(Tensor weights) =>
        weights.reshape(-1, _kernel.Item1, _kernel.Item2, ChannelsPerGroup).permute(0, 3, 1, 2).contiguous();

    /// <summary>Convolves each row with kernels of its own, [N·channels out, channels in, height, width]: the groups are the rows'.</summary>
    public Tensor Convolve(Tensor inputs, Tensor kernels)
    {
        var maps = Maps(inputs);
        return nn.functional.conv2d(
            maps.reshape(1, -1, maps.shape[2], maps.shape[3]), kernels, null, [_stride.Item1, _stride.Item2],
            [_padding.Item1, _padding.Item2], [_dilation.Item1, _dilation.Item2], inputs.shape[0] * _layer.groups);
    }

    private Tensor Maps(Tensor inputs)
    {
        var maps = inputs.dim() == 3 ? inputs.unsqueeze(2) : inputs;
        return _unevenPadding is null ? maps : nn.functional.pad(maps, _unevenPadding);
    }

    // What the kernel covers of an axis, step by step, on an axis of its own at the end.
    private static Tensor Windows(Tensor values, long axis, long kernel, long stride, long dilation)
    {
        var windows = values.unfold(axis, (dilation * (kernel - 1)) + 1, stride);
        return dilation == 1 ? windows : windows.slice(-1, 0, windows.shape[^1], dilation);
    }

    private static long Steps(long length, long kernel, long stride, long padding, long dilation) =>
        ((length + (2 * padding) - (dilation * (kernel - 1)) - 1) / stride) + 1;

    private static (long, long) Pair(long[] sizes, long alongNothing) => sizes.Length == 1 ? (alongNothing, sizes[0]) : (sizes[0], sizes[1]);
}
