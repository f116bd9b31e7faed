using System.Text.Json;
using Microsoft.ML.Adversarial.Networks.Onnx;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>log(1 + exp(beta · x)) / beta, and x itself where beta · x is above the threshold.</summary>
public sealed record SoftplusLayer : ElementwiseLayer
{
    /// <summary>Sets the options.</summary>
    /// <param name="beta">Sharpness, above 0 and finite.</param>
    /// <param name="threshold">Where the function goes over into the identity, for numerical stability; finite.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public SoftplusLayer(double beta = 1, double threshold = 20)
    {
        Beta = OptionRange.Positive(beta);
        Threshold = OptionRange.Finite(threshold);
    }

    /// <summary>Sharpness; 1 by default.</summary>
    public double Beta { get; }

    /// <summary>The value of beta · x above which the function is the identity; 20 by default.</summary>
    public double Threshold { get; }

    internal static SoftplusLayer Read(DefinitionObject json) => new(json.Number("beta") ?? 1, json.Number("threshold") ?? 20);

    internal override string WriteOnnx(OnnxWriter onnx, string input, long[] inputShape)
    {
        var steep = Beta == 1 ? input : onnx.Node("Mul", [input, onnx.Constant(Beta)]);
        var curve = onnx.Node("Softplus", [steep]);
        var scaled = Beta == 1 ? curve : onnx.Node("Div", [curve, onnx.Constant(Beta)]);

        // Above 20 the function is the identity in Float32 anyway.
        return Threshold >= 20 && onnx.Type == ScalarType.Float32
            ? scaled
            : onnx.Node("Where", [onnx.Node("Greater", [steep, onnx.Constant(Threshold)]), input, scaled]);
    }

    internal override nn.Module<Tensor, Tensor> Build(LayerState state) => nn.Softplus(Beta, Threshold);

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("beta", Beta);
        json.WriteNumber("threshold", Threshold);
    }
}
