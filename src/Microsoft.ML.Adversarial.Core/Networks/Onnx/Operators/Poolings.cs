using Microsoft.ML.Adversarial.Networks.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx.Operators;

/// <summary>Maxima and means over windows and over whole images.</summary>
internal static class Poolings
{
    public static OnnxStep MaxPool(OnnxNode node)
    {
        node.Attributes.Ignore("storage_order");
        var window = Window(node);
        var ceil = node.Attributes.Flag("ceil_mode");
        (var kernel, var strides, var dilations) = (window.Kernel, window.Strides, window.Dilations);
        return Padded(window, double.NegativeInfinity, padding => kernel.Length switch
        {
            1 => nn.MaxPool1d(kernel[0], strides[0], padding[0], dilations[0], ceil),
            2 => nn.MaxPool2d((kernel[0], kernel[1]), (strides[0], strides[1]), (padding[0], padding[1]), (dilations[0], dilations[1]), ceil),
            _ => nn.MaxPool3d(
                (kernel[0], kernel[1], kernel[2]), (strides[0], strides[1], strides[2]), (padding[0], padding[1], padding[2]),
                (dilations[0], dilations[1], dilations[2]), ceil),
        });
    }

    public static OnnxStep AveragePool(OnnxNode node)
    {
        var window = Window(node);
        var ceil = node.Attributes.Flag("ceil_mode");
        var countPadding = node.Attributes.Flag("count_include_pad");
        if (window.Dilations.Any(dilation => dilation != 1))
        {
            throw node.Unsupported("expected no dilations, got some.");
        }

        // Where padding does not count and differs between the sides: the mean over the padded image, over the share of it that is the image.
        if (!countPadding && !CanPadInside(window))
        {
            var pad = window.PadArgument();
            var layer = Layer(new long[window.Kernel.Length]);
            return OnnxStep.Of(x =>
            {
                var share = layer.call(nn.functional.pad(ones_like(x), pad));
                return layer.call(nn.functional.pad(x, pad)) / share;
            });
        }

        return Padded(window, 0, Layer);

        nn.Module<Tensor, Tensor> Layer(long[] padding)
        {
            (var kernel, var strides) = (window.Kernel, window.Strides);
            return kernel.Length switch
            {
                1 => nn.AvgPool1d(kernel[0], strides[0], padding[0], ceil, countPadding),
                2 => nn.AvgPool2d((kernel[0], kernel[1]), (strides[0], strides[1]), (padding[0], padding[1]), ceil, countPadding),
                _ => nn.AvgPool3d(
                    (kernel[0], kernel[1], kernel[2]), (strides[0], strides[1], strides[2]), (padding[0], padding[1], padding[2]), ceil, countPadding),
            };
        }
    }

    public static OnnxStep GlobalAverage(OnnxNode node) => node.Positions(0).Length switch
    {
        1 => nn.AdaptiveAvgPool1d(1),
        2 => nn.AdaptiveAvgPool2d(1),
        3 => nn.AdaptiveAvgPool3d(1),
        var other => throw node.Unsupported($"expected 1 to 3 axes after rows and channels, got {other}."),
    };

    public static OnnxStep GlobalMaximum(OnnxNode node)
    {
        long[] positions = [.. node.Positions(0).Select((_, axis) => axis + 2L)];
        return OnnxStep.Of(x => x.amax(positions, keepdim: true));
    }

    private static MovingWindow Window(OnnxNode node)
    {
        var window = MovingWindow.Of(node, kernel: null);
        window.RequireSize(node, node[0].OfTwoRows.shape[1]);
        return window.Kernel.Length <= 3 ? window : throw node.Unsupported($"expected 1 to 3 axes after rows and channels, got {window.Kernel.Length}.");
    }

    // PyTorch's poolings pad by at most half the kernel, the same on both sides.
    private static bool CanPadInside(MovingWindow window) =>
        window.IsSymmetric && window.Before.Zip(window.Kernel).All(pair => pair.First <= pair.Second / 2);

    private static OnnxStep Padded(MovingWindow window, double value, Func<long[], nn.Module<Tensor, Tensor>> layer)
    {
        if (CanPadInside(window))
        {
            return layer(window.Before);
        }

        var pad = window.PadArgument();
        return new LayerSequence(
        [
            new OnnxFunctionModule("Pad", inputs => nn.functional.pad(inputs[0], pad, PaddingModes.Constant, value), [null]),
            layer(new long[window.Kernel.Length]),
        ]);
    }
}
