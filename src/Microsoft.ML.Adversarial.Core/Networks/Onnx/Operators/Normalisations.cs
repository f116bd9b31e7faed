using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx.Operators;

/// <summary>Normalisations with a scale and a bias.</summary>
internal static class Normalisations
{
    private const double StandardEpsilon = 1e-5;

    public static OnnxStep BatchNormalization(OnnxNode node)
    {
        var eps = Epsilon(node);
        node.Attributes.Ignore("momentum");
        if (node.Attributes.Flag("training_mode") || !node.Attributes.Flag("spatial", true))
        {
            throw node.Unsupported("expected running statistics per channel (training_mode 0, spatial 1). Export the model in evaluation mode.");
        }

        var layer = Layer(node, eps);
        layer.weight = PerChannel(1, "the scale");
        layer.bias = PerChannel(2, "the bias");
        layer.running_mean = PerChannel(3, "the mean").detach();
        layer.running_var = PerChannel(4, "the variance").detach();
        return layer;

        TorchSharp.Modules.Parameter PerChannel(int input, string what) =>
            RequireLength(node, node.Parameter(input, what), node[0].OfTwoRows.shape[1], what);
    }

    public static OnnxStep LayerNormalization(OnnxNode node)
    {
        node.Attributes.Ignore("stash_type");
        var eps = Epsilon(node);
        var axis = node.Axis(node.Attributes.Integer("axis", -1), node[0].Rank);
        var shape = node[0].OfTwoRows.shape[axis..];
        var scale = node.Parameter(1, "the scale");
        var isLayer = axis > 0 && scale.shape.SequenceEqual(shape) && (!node.Has(2) || node[2].OfTwoRows.shape.SequenceEqual(shape));
        if (!isLayer)
        {
            throw node.Unsupported($"expected a scale and a bias of the shape {TensorShape.Text(shape)} of the axes, which are not the rows, got {TensorShape.Text(scale.shape)}.");
        }

        var layer = nn.LayerNorm(shape, eps, bias: node.Has(2));
        layer.weight = scale;
        if (node.Has(2))
        {
            layer.bias = node.Parameter(2, "the bias");
        }

        return layer;
    }

    public static OnnxStep InstanceNormalization(OnnxNode node)
    {
        var eps = Epsilon(node);
        _ = node.Positions(0);
        var channels = node[0].OfTwoRows.shape[1];
        foreach (var input in (int[])[1, 2])
        {
            RequireLength(node, node.Constant(input, "scale and bias") ?? throw node.Invalid("expected scale and bias, got none."), channels, "scale and bias");
        }

        return OnnxStep.OfAll(node, inputs =>
        {
            var x = inputs[0];
            long[] positions = [.. Enumerable.Range(2, (int)x.dim() - 2).Select(axis => (long)axis)];
            long[] perChannel = [-1, .. positions.Select(_ => 1L)];
            var centred = x - x.mean(positions, keepdim: true);
            var deviation = (centred.square().mean(positions, keepdim: true) + eps).sqrt();
            return (centred / deviation * inputs[1].reshape(perChannel)) + inputs[2].reshape(perChannel);
        });
    }

    private static double Epsilon(OnnxNode node) => node.Attributes.Number("epsilon", StandardEpsilon) is var eps && eps >= 0 && double.IsFinite(eps)
        ? eps
        : throw node.Invalid($"expected an epsilon of at least 0, got {eps}.");

    private static TorchSharp.Modules.BatchNorm Layer(OnnxNode node, double eps) => (node[0].Rank, node[0].OfTwoRows.shape) switch
    {
        (2 or 3, var shape) => nn.BatchNorm1d(shape[1], eps),
        (4, var shape) => nn.BatchNorm2d(shape[1], eps),
        (5, var shape) => nn.BatchNorm3d(shape[1], eps),
        _ => throw node.Invalid($"expected an input of 2 to 5 axes, got {node[0].Rank}."),
    };

    private static T RequireLength<T>(OnnxNode node, T values, long channels, string what)
        where T : Tensor => values.dim() == 1 && values.shape[0] == channels
        ? values
        : throw node.Invalid($"expected {what} of shape [{channels}], one value per channel, got {TensorShape.Text(values.shape)}.");
}
