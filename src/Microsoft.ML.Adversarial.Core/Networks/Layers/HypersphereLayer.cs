using System.Text.Json;
using Microsoft.ML.Adversarial.Networks.Onnx;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>
/// y_i = s·cos θ_i, θ_i the angle between the input and the weights of output i: [inputs] → [features]. The last layer of hypersphere
/// embedding (Pang et al. 2020, arXiv:2002.08619, section 3.2).
/// </summary>
public sealed record HypersphereLayer : LayerDefinition
{
    /// <summary>Sets the options.</summary>
    /// <param name="features">Outputs, at least 1. Null, in the network's last layer only: the number of classes.</param>
    /// <param name="scale">s, above 0.</param>
    /// <exception cref="ArgumentException"><paramref name="features"/> is below 1, or <paramref name="scale"/> is out of its
    /// range.</exception>
    public HypersphereLayer(int? features = null, double scale = 15)
    {
        Features = features is null ? null : OptionRange.AtLeast(features.Value, 1, nameof(features));
        Scale = scale is > 0 and < double.PositiveInfinity
            ? scale
            : throw new DefinitionOptionException(nameof(scale), "a finite number above 0", FormattableString.Invariant($"{scale}"));
    }

    /// <summary>Outputs, at least 1; null for the number of classes.</summary>
    public int? Features { get; }

    /// <summary>s, above 0; 15 by default.</summary>
    public double Scale { get; }

    internal static HypersphereLayer Read(DefinitionObject json) => new(json.Integer("features"), json.Number("scale") ?? 15);

    internal override long[] OutputShape(LayerInput input)
    {
        if (input.Shape.Length != 1)
        {
            throw input.Rejected("one axis, [features]", "Put a Flatten layer before it.");
        }

        return [Features ?? throw LinearLayer.MissingFeatures(input.Path)];
    }

    internal override LayerDefinition WithFeatures(int count) => Features is null ? new HypersphereLayer(count, Scale) : this;

    internal override IEnumerable<StateTensor> State(long[] inputShape) =>
        [StateTensor.Uniform("weight", [Features!.Value, inputShape[0]], inputShape[0])];

    internal override string WriteOnnx(OnnxWriter onnx, string input, long[] inputShape)
    {
        // The weights' unit vectors are computed once; the features' length is at least 1e-12, as in the module.
        using var scope = NewDisposeScope();
        var length = onnx.Node("ReduceL2", [input], OnnxWriter.Attribute("axes", [1L]), OnnxWriter.Attribute("keepdims", 1L));
        var unit = onnx.Node("Div", [input, onnx.Node("Max", [length, onnx.Constant(1e-12)])]);
        var weight = nn.functional.normalize(onnx.State("weight").detach(), 2, 1, 1e-12).t();
        return onnx.Node("Mul", [onnx.Node("MatMul", [unit, onnx.Constant(weight)]), onnx.Constant(Scale)]);
    }

    internal override nn.Module<Tensor, Tensor> Build(LayerState state) => new HypersphereModule(state.Parameter("weight"), Scale);

    internal override void Write(Utf8JsonWriter json)
    {
        if (Features is not null)
        {
            json.WriteNumber("features", Features.Value);
        }

        json.WriteNumber("scale", Scale);
    }
}
