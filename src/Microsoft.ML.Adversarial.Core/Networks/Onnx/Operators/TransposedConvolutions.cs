using Microsoft.ML.Adversarial.Networks.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx.Operators;

/// <summary>Transposed convolutions: all positions are computed and the padding is cut off, which is the same on both sides or
/// not.</summary>
internal static class TransposedConvolutions
{
    public static OnnxStep ConvTranspose(OnnxNode node)
    {
        const string What = "the weights";
        var weight = node.Parameter(1, What);
        var rank = node[0].Rank;
        if (weight.dim() != rank || rank is < 3 or > 5)
        {
            throw node.Unsupported($"expected an input of 3 to 5 axes and weights of as many, got {rank} and {weight.dim()}.");
        }

        var groups = node.Attributes.Integer("group", 1);
        var channels = node[0].OfTwoRows.shape[1];
        if (groups < 1 || weight.shape[0] != channels || channels % groups != 0)
        {
            throw node.Invalid($"expected weights for {channels} channels in {groups} groups, got the shape {TensorShape.Text(weight.shape)}.");
        }

        var window = MovingWindow.Of(node, weight.shape[2..]);
        var axes = window.Kernel.Length;
        var extra = node.Attributes.Integers("output_padding") ?? new long[axes];
        if (extra.Length != axes || extra.Where((pad, axis) => pad < 0
            || pad >= Math.Max(window.Strides[axis], window.Dilations[axis])).Any())
        {
            throw node.Invalid($"expected {axes} output paddings below stride or dilation, got {TensorShape.Text(extra)}.");
        }

        var sizes = node.Positions(0);
        long[] whole =
        [
            .. sizes.Select((size, axis) => (window.Strides[axis] * (size - 1)) + extra[axis] + (window.Dilations[axis] * (window.Kernel[axis] - 1)) + 1),
        ];
        var outputs = checked(weight.shape[1] * groups);
        node.RequireSize([OnnxValue.FewRows + 1, outputs, .. whole]);
        (var before, var after) = Cut(node, window, whole, sizes);
        var bias = node.Has(2) ? node.Parameter(2, "the bias") : null;
        if (bias is not null && (bias.dim() != 1 || bias.shape[0] != outputs))
        {
            throw node.Invalid($"expected a bias of shape [{outputs}], got {TensorShape.Text(bias.shape)}.");
        }

        var layer = Layer(weight, window, groups, bias is not null);
        layer.weight = weight;
        if (bias is not null)
        {
            layer.bias = bias;
        }

        // Output padding is what zeros after the input's end would give: TorchSharp takes the first axis's for all.
        long[] zeros = [.. extra.Select((pad, axis) => (pad + window.Strides[axis] - 1) / window.Strides[axis])];
        long[] surplus = [.. zeros.Select((count, axis) => (count * window.Strides[axis]) - extra[axis])];
        return new LayerSequence(
        [
            .. Padded([.. zeros.Reverse().SelectMany(count => (long[])[0, count])]),
            layer,
            .. Padded([.. before.Zip(after.Zip(surplus, (pad, more) =>
                pad + more)).Reverse().SelectMany(pair => (long[])[-pair.First, -pair.Second])]),
        ]);
    }

    // Negative padding cuts, last axis first.
    private static OnnxFunctionModule[] Padded(long[] pad) =>
        pad.All(size => size == 0) ? [] : [new OnnxFunctionModule("Pad", inputs => nn.functional.pad(inputs[0], pad).contiguous(), [null])];

    private static (long[] Before, long[] After) Cut(OnnxNode node, MovingWindow window, long[] whole, long[] sizes)
    {
        var wanted = node.Attributes.Integers("output_shape");
        var automatic = node.Attributes.Text("auto_pad", "NOTSET");
        if (wanted is null && automatic is "SAME_UPPER" or "SAME_LOWER")
        {
            wanted = [.. sizes.Select((size, axis) => size * window.Strides[axis])];
        }

        (var before, var after) = (window.Before, window.After);
        if (wanted is not null)
        {
            wanted = [.. wanted.TakeLast(whole.Length)];
            if (wanted.Length != whole.Length)
            {
                throw node.Invalid($"expected {whole.Length} sizes as output_shape, got {wanted.Length}.");
            }

            long[] total = [.. whole.Zip(wanted, (size, want) => size - want)];
            long[] half = [.. total.Select(pad => pad / 2)];
            long[] rest = [.. total.Zip(half, (pad, part) => pad - part)];
            (before, after) = automatic == "SAME_UPPER" ? (half, rest) : (rest, half);
        }

        if (whole.Where((size, axis) => before[axis] < 0 || after[axis] < 0 || before[axis] + after[axis] >= size).Any())
        {
            throw node.Invalid($"expected pads that leave something of {TensorShape.Text(whole)}, got {TensorShape.Text(before.Concat(after))}.");
        }

        return (before, after);
    }

    private static TorchSharp.Modules.ConvolutionTranspose Layer(Tensor weight, MovingWindow window, long groups, bool bias)
    {
        (var inputs, var outputs) = (weight.shape[0], weight.shape[1] * groups);
        (var kernel, var strides, var dilations) = (window.Kernel, window.Strides, window.Dilations);
        var meta = new Device(DeviceType.META);
        return kernel.Length switch
        {
            1 => nn.ConvTranspose1d(inputs, outputs, kernel[0], strides[0], 0, 0, dilations[0], PaddingModes.Zeros, groups, bias, meta),
            2 => nn.ConvTranspose2d(
                inputs, outputs, (kernel[0], kernel[1]), (strides[0], strides[1]), (0, 0), (0, 0), (dilations[0], dilations[1]),
                PaddingModes.Zeros, groups, bias, meta),
            _ => nn.ConvTranspose3d(
                inputs, outputs, (kernel[0], kernel[1], kernel[2]), (strides[0], strides[1], strides[2]), (0, 0, 0), (0, 0, 0),
                (dilations[0], dilations[1], dilations[2]), PaddingModes.Zeros, groups, bias, meta),
        };
    }
}
