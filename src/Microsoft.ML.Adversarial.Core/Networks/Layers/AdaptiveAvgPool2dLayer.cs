using System.Text.Json;
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

    internal override nn.Module<Tensor, Tensor> Build(LayerState state) => nn.AdaptiveAvgPool2d(Size.AsPair());

    internal override void Write(Utf8JsonWriter json) => json.WriteSize("size", Size);
}
