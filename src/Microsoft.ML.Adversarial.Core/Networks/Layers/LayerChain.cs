using Microsoft.ML.Adversarial.Networks.Onnx;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>What holds for layers one after another: shapes, state and modules of a list of layers.</summary>
internal static class LayerChain
{
    /// <summary>2³¹: above any sensible layer, below what would exhaust memory just by being declared.</summary>
    public const long MaximumElementCount = 1L << 31;

    public static long[] OutputShape(IReadOnlyList<LayerDefinition> layers, string path, long[] shape)
    {
        for (var index = 0; index < layers.Count; index++)
        {
            LayerInput input = new($"{path}[{index}]", layers[index].Type, shape);
            shape = layers[index].OutputShape(input);
            if (TensorShape.ElementCount(shape) > MaximumElementCount)
            {
                throw input.Rejected(
                    $"an input that gives at most {MaximumElementCount} values per row",
                    $"The output would have shape {TensorShape.Text(shape)}: make the layer smaller.");
            }
        }

        return shape;
    }

    public static IEnumerable<StateTensor> State(IReadOnlyList<LayerDefinition> layers, long[] shape)
    {
        for (var index = 0; index < layers.Count; index++)
        {
            foreach (var tensor in layers[index].State(shape))
            {
                yield return tensor with { Name = $"{index}.{tensor.Name}" };
            }

            shape = layers[index].OutputShape(new($"[{index}]", layers[index].Type, shape));
        }
    }

    public static nn.Module<Tensor, Tensor>[] Build(IReadOnlyList<LayerDefinition> layers, LayerState state) =>
        [.. layers.Select((layer, index) => layer.Build(state.Within($"{index}")))];

    /// <summary>Writes the layers as nodes of an ONNX model and returns the name of the last one's result.</summary>
    public static string WriteOnnx(IReadOnlyList<LayerDefinition> layers, OnnxWriter onnx, string input, long[] shape)
    {
        for (var index = 0; index < layers.Count; index++)
        {
            input = layers[index].WriteOnnx(onnx.Within($"{index}"), input, shape);
            shape = layers[index].OutputShape(new($"[{index}]", layers[index].Type, shape));
        }

        return input;
    }

    /// <summary>Every layer, those inside residual blocks included, with its path.</summary>
    public static IEnumerable<(string Path, LayerDefinition Layer)> All(IReadOnlyList<LayerDefinition> layers, string path)
    {
        for (var index = 0; index < layers.Count; index++)
        {
            var here = $"{path}[{index}]";
            yield return (here, layers[index]);
            if (layers[index] is ResidualLayer residual)
            {
                foreach (var inner in All(residual.Body, here + ".body").Concat(All(residual.Shortcut, here + ".shortcut")))
                {
                    yield return inner;
                }
            }
        }
    }
}
