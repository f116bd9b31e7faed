using Microsoft.ML.Adversarial.Networks.Onnx;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>All axes of a row in one: [a, b, …] → [a·b·…]. A row that has one axis stays as it is.</summary>
public sealed record FlattenLayer : LayerDefinition
{
    internal override long[] OutputShape(LayerInput input) => [TensorShape.ElementCount(input.Shape)];

    internal override string WriteOnnx(OnnxWriter onnx, string input, long[] inputShape) => onnx.Node("Flatten", [input], OnnxWriter.Attribute("axis", 1L));

    internal override nn.Module<Tensor, Tensor> Build(LayerState state) => nn.Flatten();
}
