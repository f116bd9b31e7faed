using System.Text.Json;
using Microsoft.ML.Adversarial.Networks.Onnx;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>Mean over as many windows as the output has pixels, per channel: [C, H, W] → [C, size]. Size 1 is global pooling.</summary>
public sealed record AdaptiveAvgPool2dLayer : LayerDefinition
{
    /// <summary>Sets the options.</summary>
    /// <param name="size">Size of the output, at least 1.</param>
    /// <exception cref="ArgumentException"><paramref name="size"/> is below 1.</exception>
    public AdaptiveAvgPool2dLayer(Size2d size) => Size = OptionRange.AtLeast(size, 1);

    /// <summary>Size of the output.</summary>
    public Size2d Size { get; }

    internal static AdaptiveAvgPool2dLayer Read(DefinitionObject json) => new(json.RequiredSize("size"));

    internal override long[] OutputShape(LayerInput input) => [input.Image().Channels, Size.Height, Size.Width];

    internal override string WriteOnnx(OnnxWriter onnx, string input, long[] inputShape)
    {
        if (Size == 1)
        {
            return onnx.Node("GlobalAveragePool", [input]);
        }

        // Means of windows are a product with a matrix of shares from the left and from the right.
        using var scope = NewDisposeScope();
        var rows = onnx.Node("MatMul", [onnx.Constant(Shares(inputShape[1], Size.Height)), input]);
        return onnx.Node("MatMul", [rows, onnx.Constant(Shares(inputShape[2], Size.Width).t())]);
    }

    internal override nn.Module<Tensor, Tensor> Build(LayerState state) => nn.AdaptiveAvgPool2d(Size.AsPair());

    internal override void Write(Utf8JsonWriter json) => json.WriteSize("size", Size);

    /// <summary>By which share each of the positions takes part in each of the windows, shape [windows, positions].</summary>
    private static Tensor Shares(long positions, int windows)
    {
        var shares = new double[windows, positions];
        for (long window = 0; window < windows; window++)
        {
            var first = window * positions / windows;
            var end = (((window + 1) * positions) + windows - 1) / windows;
            for (var position = first; position < end; position++)
            {
                shares[window, position] = 1.0 / (end - first);
            }
        }

        return tensor(shares, ScalarType.Float64);
    }
}
