using System.Text.Json;
using Microsoft.ML.Adversarial.Networks.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>Convolution with zero padding: [C, H, W] → [channels, H′, W′], H′ = ⌊(H + 2p − d(k − 1) − 1) / s⌋ + 1.</summary>
public sealed record Conv2dLayer : LayerDefinition
{
    /// <summary>Sets the options.</summary>
    /// <param name="channels">Output channels, at least 1, a multiple of <paramref name="groups"/>.</param>
    /// <param name="kernel">Size of the kernel, at least 1.</param>
    /// <param name="stride">Step of the kernel, at least 1; null for 1.</param>
    /// <param name="padding">Zeros added on each side, at least 0; null for 0.</param>
    /// <param name="dilation">Distance between kernel elements, at least 1; null for 1.</param>
    /// <param name="groups">Groups of channels that do not see each other, at least 1; divides input and output channels.</param>
    /// <param name="bias">Whether a bias per output channel is added.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public Conv2dLayer(
        int channels,
        Size2d kernel,
        Size2d? stride = null,
        Size2d? padding = null,
        Size2d? dilation = null,
        int groups = 1,
        bool bias = true)
    {
        Channels = OptionRange.AtLeast(channels, 1);
        Window = Window.Of(kernel, stride ?? 1, padding ?? 0, dilation ?? 1);
        Groups = OptionRange.AtLeast(groups, 1);
        Bias = bias;
        if (channels % groups != 0)
        {
            throw new DefinitionOptionException(nameof(channels), $"a multiple of groups = {groups}", $"{channels}");
        }
    }

    /// <summary>Output channels.</summary>
    public int Channels { get; }

    /// <summary>Size of the kernel.</summary>
    public Size2d Kernel => Window.Kernel;

    /// <summary>Step of the kernel; 1 by default.</summary>
    public Size2d Stride => Window.Stride;

    /// <summary>Zeros added on each side; 0 by default.</summary>
    public Size2d Padding => Window.Padding;

    /// <summary>Distance between kernel elements; 1 by default.</summary>
    public Size2d Dilation => Window.Dilation;

    /// <summary>Groups of channels that do not see each other; 1 by default.</summary>
    public int Groups { get; }

    /// <summary>Whether a bias per output channel is added; true by default.</summary>
    public bool Bias { get; }

    private Window Window { get; }

    internal static Conv2dLayer Read(DefinitionObject json) => new(
        json.RequiredInteger("channels"), json.RequiredSize("kernel"), json.Size("stride"), json.Size("padding"), json.Size("dilation"),
        json.Integer("groups") ?? 1, json.Boolean("bias") ?? true);

    internal override long[] OutputShape(LayerInput input)
    {
        (var channels, _, _) = input.Image();
        if (channels % Groups != 0)
        {
            throw input.Rejected(
                $"a number of channels that groups = {Groups} divides", "Change groups or the channels of the layer before.");
        }

        return Window.OutputShape(input, Channels);
    }

    internal override IEnumerable<StateTensor> State(long[] inputShape)
    {
        var inputs = inputShape[0] / Groups;
        long[] shape = [Channels, inputs, Kernel.Height, Kernel.Width];
        var inputsPerUnit = TensorShape.ElementCount(shape[1..]);
        yield return StateTensor.Uniform("weight", shape, inputsPerUnit);
        if (Bias)
        {
            yield return StateTensor.Uniform("bias", [Channels], inputsPerUnit);
        }
    }

    internal override string WriteOnnx(OnnxWriter onnx, string input, long[] inputShape) => onnx.Node(
        "Conv", Bias ? [input, onnx.Weight("weight"), onnx.Weight("bias")] : [input, onnx.Weight("weight")],
        OnnxWriter.Attribute("kernel_shape", Kernel), OnnxWriter.Attribute("strides", Stride), OnnxWriter.Pads(Padding),
        OnnxWriter.Attribute("dilations", Dilation), OnnxWriter.Attribute("group", (long)Groups));

    internal override nn.Module<Tensor, Tensor> Build(LayerState state)
    {
        var weight = state.Parameter("weight");

        // On the meta device the constructor neither allocates nor draws from the global generator.
        var convolution = nn.Conv2d(
            weight.shape[1] * Groups, Channels, Kernel.AsPair(), Stride.AsPair(), Padding.AsPair(), Dilation.AsPair(), PaddingModes.Zeros,
            Groups, Bias, new Device(DeviceType.META));
        convolution.weight = weight;
        if (Bias)
        {
            convolution.bias = state.Parameter("bias");
        }

        return convolution;
    }

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("channels", Channels);
        json.WriteSize("kernel", Kernel);
        json.WriteSize("stride", Stride);
        json.WriteSize("padding", Padding);
        json.WriteSize("dilation", Dilation);
        json.WriteNumber("groups", Groups);
        json.WriteBoolean("bias", Bias);
    }
}
