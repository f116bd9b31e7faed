using Microsoft.ML.Adversarial.Networks.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx.Operators;

/// <summary>Convolutions with constant weights over one, two or three axes.</summary>
internal static class Convolutions
{
    public static OnnxStep Conv(OnnxNode node)
    {
        const string What = "the weights";
        var weight = node.Parameter(1, What);
        var groups = node.Attributes.Integer("group", 1);
        var rank = node[0].Rank;
        if (weight.dim() != rank || rank is < 3 or > 5)
        {
            throw node.Unsupported($"expected an input of 3 to 5 axes and weights of as many, got {rank} and {weight.dim()}.");
        }

        var channels = node[0].OfTwoRows.shape[1];
        if (groups < 1 || weight.shape[0] % groups != 0 || weight.shape[1] * groups != channels)
        {
            throw node.Invalid($"expected weights for {channels} channels in {groups} groups, got the shape {TensorShape.Text(weight.shape)}.");
        }

        var window = MovingWindow.Of(node, weight.shape[2..]);
        window.RequireSize(node, channels);
        node.RequireSize([OnnxValue.FewRows + 1, weight.shape[0], .. window.OutputSizes(node.Positions(0))]);
        var bias = node.Has(2) ? node.Parameter(2, "the bias") : null;
        if (bias is not null && (bias.dim() != 1 || bias.shape[0] != weight.shape[0]))
        {
            throw node.Invalid($"expected a bias of shape [{weight.shape[0]}], got {TensorShape.Text(bias.shape)}.");
        }

        var padded = window.IsSymmetric ? window.Before : new long[window.Kernel.Length];
        var layer = Layer(weight, window, padded, groups, bias is not null);
        layer.weight = weight;
        if (bias is not null)
        {
            layer.bias = bias;
        }

        if (window.IsSymmetric)
        {
            return layer;
        }

        var pad = window.PadArgument();
        return new LayerSequence([new OnnxFunctionModule("Pad", inputs => nn.functional.pad(inputs[0], pad), [null]), layer]);
    }

    // On the meta device the constructor neither allocates nor draws from the global generator.
    private static TorchSharp.Modules.Convolution Layer(Tensor weight, MovingWindow window, long[] padding, long groups, bool bias)
    {
        (var inputs, var outputs) = (weight.shape[1] * groups, weight.shape[0]);
        (var kernel, var strides, var dilations) = (window.Kernel, window.Strides, window.Dilations);
        var meta = new Device(DeviceType.META);
        return kernel.Length switch
        {
            1 => nn.Conv1d(inputs, outputs, kernel[0], strides[0], padding[0], dilations[0], PaddingModes.Zeros, groups, bias, meta),
            2 => nn.Conv2d(
                inputs, outputs, (kernel[0], kernel[1]), (strides[0], strides[1]), (padding[0], padding[1]), (dilations[0], dilations[1]),
                PaddingModes.Zeros, groups, bias, meta),
            _ => nn.Conv3d(
                inputs, outputs, (kernel[0], kernel[1], kernel[2]), (strides[0], strides[1], strides[2]), (padding[0], padding[1], padding[2]),
                (dilations[0], dilations[1], dilations[2]), PaddingModes.Zeros, groups, bias, meta),
        };
    }
}
