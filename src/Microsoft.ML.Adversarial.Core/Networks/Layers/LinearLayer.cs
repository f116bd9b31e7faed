using System.Text.Json;
using Microsoft.ML.Adversarial.Networks.Onnx;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>y = W x + b: [inputs] → [features].</summary>
public sealed record LinearLayer : LayerDefinition
{
    /// <summary>Sets the options.</summary>
    /// <param name="features">Outputs, at least 1. Null, in the network's last Linear only: the number of classes.</param>
    /// <param name="bias">Whether b is there.</param>
    /// <exception cref="ArgumentException"><paramref name="features"/> is below 1.</exception>
    public LinearLayer(int? features = null, bool bias = true)
    {
        Features = features is null ? null : OptionRange.AtLeast(features.Value, 1, nameof(features));
        Bias = bias;
    }

    /// <summary>Outputs, at least 1; null for the number of classes.</summary>
    public int? Features { get; }

    /// <summary>Whether a bias is added; true by default.</summary>
    public bool Bias { get; }

    internal static LinearLayer Read(DefinitionObject json) => new(json.Integer("features"), json.Boolean("bias") ?? true);

    internal override long[] OutputShape(LayerInput input)
    {
        if (input.Shape.Length != 1)
        {
            throw input.Rejected("one axis, [features]", "Put a Flatten layer before it.");
        }

        return [Features ?? throw MissingFeatures(input.Path)];
    }

    internal static NetworkFormatException MissingFeatures(string path) => new(
        $"{path}.features", "the number of outputs", "nothing", "Only the network's last Linear can leave it to the number of classes.");

    internal override LayerDefinition WithFeatures(int count) => Features is null ? new LinearLayer(count, Bias) : this;

    internal override IEnumerable<StateTensor> State(long[] inputShape)
    {
        yield return StateTensor.Uniform("weight", [Features!.Value, inputShape[0]], inputShape[0]);
        if (Bias)
        {
            yield return StateTensor.Uniform("bias", [Features!.Value], inputShape[0]);
        }
    }

    internal override string WriteOnnx(OnnxWriter onnx, string input, long[] inputShape) => onnx.Node(
        "Gemm", Bias ? [input, onnx.Weight("weight"), onnx.Weight("bias")] : [input, onnx.Weight("weight")], OnnxWriter.Attribute("transB", 1L));

    internal override nn.Module<Tensor, Tensor> Build(LayerState state) =>
        nn.Linear(state.Parameter("weight"), Bias ? state.Parameter("bias") : null);

    internal override void Write(Utf8JsonWriter json)
    {
        if (Features is not null)
        {
            json.WriteNumber("features", Features.Value);
        }

        json.WriteBoolean("bias", Bias);
    }
}
