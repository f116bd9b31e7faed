using System.Text.Json;
using Microsoft.ML.Adversarial.Networks.Onnx;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>x where x &gt; 0, else alpha · (exp(x) − 1): the exponential linear unit.</summary>
public sealed record ELULayer : ElementwiseLayer
{
    /// <summary>Sets the option.</summary>
    /// <param name="alpha">The value approached far below 0, negated; finite.</param>
    /// <exception cref="ArgumentException"><paramref name="alpha"/> is not finite.</exception>
    public ELULayer(double alpha = 1) => Alpha = OptionRange.Finite(alpha);

    /// <summary>The value approached far below 0, negated; 1 by default.</summary>
    public double Alpha { get; }

    internal static ELULayer Read(DefinitionObject json) => new(json.Number("alpha") ?? 1);

    internal override string WriteOnnx(OnnxWriter onnx, string input, long[] inputShape) =>
        onnx.Node("Elu", [input], OnnxWriter.Attribute("alpha", Alpha));

    internal override nn.Module<Tensor, Tensor> Build(LayerState state) => nn.ELU(Alpha);

    internal override void Write(Utf8JsonWriter json) => json.WriteNumber("alpha", Alpha);
}
