using System.Text.Json;
using Microsoft.ML.Adversarial.Networks.Onnx;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>Mean over a moving window, per channel, padding zeros counted: [C, H, W] → [C, H′, W′], rounded down.</summary>
public sealed record AvgPool2dLayer : LayerDefinition
{
    private readonly Window _window;

    /// <summary>Sets the options.</summary>
    /// <param name="kernel">Size of the window, at least 1.</param>
    /// <param name="stride">Step of the window, at least 1; null for the size of the window.</param>
    /// <param name="padding">Zeros added on each side, 0 to half the kernel; null for 0.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public AvgPool2dLayer(Size2d kernel, Size2d? stride = null, Size2d? padding = null) =>
        _window = Window.Of(kernel, stride ?? kernel, padding ?? 0, 1).WithPaddingInsideKernel();

    /// <summary>Size of the window.</summary>
    public Size2d Kernel => _window.Kernel;

    /// <summary>Step of the window; the size of the window by default.</summary>
    public Size2d Stride => _window.Stride;

    /// <summary>Zeros added on each side; 0 by default.</summary>
    public Size2d Padding => _window.Padding;

    internal static AvgPool2dLayer Read(DefinitionObject json) =>
        new(json.RequiredSize("kernel"), json.Size("stride"), json.Size("padding"));

    internal override long[] OutputShape(LayerInput input) => _window.OutputShape(input, input.Image().Channels);

    internal override string WriteOnnx(OnnxWriter onnx, string input, long[] inputShape) => onnx.Node(
        "AveragePool", [input], OnnxWriter.Attribute("kernel_shape", Kernel), OnnxWriter.Attribute("strides", Stride), OnnxWriter.Pads(Padding),
        OnnxWriter.Attribute("count_include_pad", 1L));

    internal override nn.Module<Tensor, Tensor> Build(LayerState state) =>
        nn.AvgPool2d(Kernel.AsPair(), Stride.AsPair(), Padding.AsPair());

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteSize("kernel", Kernel);
        json.WriteSize("stride", Stride);
        json.WriteSize("padding", Padding);
    }
}
