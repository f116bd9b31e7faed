using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx.Operators;

/// <summary>Activations with settings.</summary>
internal static class Activations
{
    public static OnnxStep PRelu(OnnxNode node)
    {
        const string What = "the slopes";
        var slopes = node.Constant(1, What) ?? throw node.Invalid($"expected {What}, got no such input.");
        var rank = node[0].Rank;

        // A slope per channel: [C, 1, 1] beside [N, C, H, W]; or one for all.
        var channelAxis = slopes.dim() - (rank - 1);
        var perChannel = slopes.numel() == 1
            || (rank >= 2 && channelAxis is 0 or 1 && slopes.shape[channelAxis] == node[0].OfTwoRows.shape[1]
                && slopes.numel() == slopes.shape[channelAxis]);
        if (!perChannel)
        {
            throw node.Unsupported($"expected one slope, or one per channel, got the shape {TensorShape.Text(slopes.shape)}.");
        }

        var layer = nn.PReLU(slopes.numel());
        layer.weight = node.ParameterOf(slopes.reshape(-1), What);
        return layer;
    }

    public static OnnxStep Selu(OnnxNode node)
    {
        const double Alpha = 1.6732632423543772;
        const double Gamma = 1.0507009873554805;
        (var alpha, var gamma) = (node.Attributes.Number("alpha", Alpha), node.Attributes.Number("gamma", Gamma));
        return Math.Abs(alpha - Alpha) < 1e-6 && Math.Abs(gamma - Gamma) < 1e-6
            ? nn.SELU()
            : OnnxStep.Of(x => nn.functional.elu(x, alpha, inplace: false) * gamma);
    }

    public static OnnxStep Gelu(OnnxNode node) => node.Attributes.Text("approximate", "none") switch
    {
        "none" => nn.GELU(),
        "tanh" => nn.GELU(TorchSharp.Modules.GELU.Approximate.tanh),
        var other => throw node.Unsupported($"expected approximate to be none or tanh, got '{other}'."),
    };

    /// <summary>Bounds are attributes before version 11 and inputs after it.</summary>
    public static OnnxStep Clip(OnnxNode node)
    {
        var least = node.Number(1, "the minimum") ?? node.Attributes.Number("min", double.NegativeInfinity);
        var most = node.Number(2, "the maximum") ?? node.Attributes.Number("max", double.PositiveInfinity);
        return (least, most) switch
        {
            (0, 6) => nn.ReLU6(),
            (0, >= float.MaxValue) => nn.ReLU(),
            _ => OnnxStep.Of(x => x.clamp(least, most)),
        };
    }

    /// <summary>Before version 13, all axes from the given one on are one.</summary>
    public static OnnxStep Softmax(OnnxNode node, Func<Tensor, long, Tensor> softmax)
    {
        const int PerAxisSince = 13;
        var axis = node.Axis(node.Attributes.Integer("axis", node.Opset < PerAxisSince ? 1 : -1), node[0].Rank);
        return node.Opset >= PerAxisSince || axis == node[0].Rank - 1
            ? OnnxStep.Of(x => softmax(x, axis))
            : OnnxStep.Of(x => softmax(x.flatten(axis), axis).reshape(x.shape));
    }
}
