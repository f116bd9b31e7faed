using System.Text.Json;
using Microsoft.ML.Adversarial.Networks.Onnx;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>x where x &gt; 0, else negativeSlope · x.</summary>
public sealed record LeakyReLULayer : ElementwiseLayer
{
    /// <summary>Sets the option.</summary>
    /// <param name="negativeSlope">The slope below 0; finite.</param>
    /// <exception cref="ArgumentException"><paramref name="negativeSlope"/> is not finite.</exception>
    public LeakyReLULayer(double negativeSlope = 0.01) => NegativeSlope = OptionRange.Finite(negativeSlope);

    /// <summary>The slope below 0; 0.01 by default.</summary>
    public double NegativeSlope { get; }

    internal static LeakyReLULayer Read(DefinitionObject json) => new(json.Number("negativeSlope") ?? 0.01);

    internal override string WriteOnnx(OnnxWriter onnx, string input, long[] inputShape) =>
        onnx.Node("LeakyRelu", [input], OnnxWriter.Attribute("alpha", NegativeSlope));

    internal override nn.Module<Tensor, Tensor> Build(LayerState state) => nn.LeakyReLU(NegativeSlope);

    internal override void Write(Utf8JsonWriter json) => json.WriteNumber("negativeSlope", NegativeSlope);
}
