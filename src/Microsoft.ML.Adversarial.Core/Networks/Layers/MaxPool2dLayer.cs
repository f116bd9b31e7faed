using System.Text.Json;
using Microsoft.ML.Adversarial.Networks.Onnx;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>Maximum over a moving window, per channel: [C, H, W] → [C, H′, W′], sizes as for Conv2d, rounded down.</summary>
public sealed record MaxPool2dLayer : LayerDefinition
{
    private readonly Window _window;

    /// <summary>Sets the options.</summary>
    /// <param name="kernel">Size of the window, at least 1.</param>
    /// <param name="stride">Step of the window, at least 1; null for the size of the window.</param>
    /// <param name="padding">Border added on each side, 0 to half the kernel, never the maximum; null for 0.</param>
    /// <param name="dilation">Distance between the elements of a window, at least 1; null for 1.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public MaxPool2dLayer(Size2d kernel, Size2d? stride = null, Size2d? padding = null, Size2d? dilation = null) =>
        _window = Window.Of(kernel, stride ?? kernel, padding ?? 0, dilation ?? 1).WithPaddingInsideKernel();

    /// <summary>Size of the window.</summary>
    public Size2d Kernel => _window.Kernel;

    /// <summary>Step of the window; the size of the window by default.</summary>
    public Size2d Stride => _window.Stride;

    /// <summary>Border added on each side; 0 by default.</summary>
    public Size2d Padding => _window.Padding;

    /// <summary>Distance between the elements of a window; 1 by default.</summary>
    public Size2d Dilation => _window.Dilation;

    internal static MaxPool2dLayer Read(DefinitionObject json) =>
        new(json.RequiredSize("kernel"), json.Size("stride"), json.Size("padding"), json.Size("dilation"));

    internal override long[] OutputShape(LayerInput input) => _window.OutputShape(input, input.Image().Channels);

    internal override string WriteOnnx(OnnxWriter onnx, string input, long[] inputShape) => onnx.Node(
        "MaxPool", [input], OnnxWriter.Attribute("kernel_shape", Kernel), OnnxWriter.Attribute("strides", Stride), OnnxWriter.Pads(Padding),
        OnnxWriter.Attribute("dilations", Dilation));

    internal override nn.Module<Tensor, Tensor> Build(LayerState state) =>
        nn.MaxPool2d(Kernel.AsPair(), Stride.AsPair(), Padding.AsPair(), Dilation.AsPair());

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteSize("kernel", Kernel);
        json.WriteSize("stride", Stride);
        json.WriteSize("padding", Padding);
        json.WriteSize("dilation", Dilation);
    }
}
