using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx.Operators;

/// <summary>Products of matrices; with constant weights they are linear layers.</summary>
internal static class MatrixProducts
{
    public static OnnxStep Gemm(OnnxNode node)
    {
        var attributes = node.Attributes;
        (var alpha, var beta) = (attributes.Number("alpha", 1), attributes.Number("beta", 1));
        (var transA, var transB) = (attributes.Flag("transA"), attributes.Flag("transB"));
        if (node[0].Rank != 2 || node[1].Rank != 2)
        {
            throw node.Invalid($"expected two matrices, got {node[0].Rank} and {node[1].Rank} axes.");
        }

        var isLayer = !transA && node[1].IsConstant && !node[0].IsConstant && (!node.Has(2)
            || IsBias(node[2], node[1].OfTwoRows.shape[transB ? 0 : 1]));
        if (isLayer)
        {
            var weight = transB ? node[1].OfTwoRows : node[1].OfTwoRows.t();
            var bias = node.Has(2) ? Scaled(node[2].OfTwoRows.reshape(-1).expand(weight.shape[0]), beta) : null;
            return Linear(node, Scaled(weight, alpha), bias);
        }

        return OnnxStep.OfAll(node, inputs =>
        {
            var product = Scaled((transA ? inputs[0].t() : inputs[0]).mm(transB ? inputs[1].t() : inputs[1]), alpha);
            return inputs.Length > 2 ? product + Scaled(inputs[2], beta) : product;
        });
    }

    public static OnnxStep MatMul(OnnxNode node)
    {
        if (node[1].IsConstant && node[1].Rank == 2 && node[0].Rank >= 2 && !node[0].IsConstant)
        {
            return Linear(node, node[1].OfTwoRows.t(), node.AddedAfterwards);
        }

        var product = RequireProduct(node);
        node.RequireSize(product);
        return OnnxStep.Of((a, b) => a.matmul(b));
    }

    // Multiplying by 1 would still copy.
    private static Tensor Scaled(Tensor values, double factor) => factor == 1 ? values : values * factor;

    private static bool IsBias(OnnxValue value, long outputs) => value.IsConstant
        && (value.OfTwoRows.numel() == 1 || (value.OfTwoRows.numel() == outputs && value.OfTwoRows.shape[^1] == outputs
            && value.Rank <= 2));

    private static OnnxStep Linear(OnnxNode node, Tensor weight, Tensor? bias) => node[0].OfTwoRows.shape[^1] == weight.shape[1]
        ? nn.Linear(node.ParameterOf(weight, "weights"), bias is null ? null : node.ParameterOf(bias, "a bias"))
        : throw node.Invalid($"expected {weight.shape[1]} features, as the weights have, got {node[0].OfTwoRows.shape[^1]}.");

    // A native error in matmul would end the process, so shapes are checked here.
    private static long[] RequireProduct(OnnxNode node)
    {
        (var left, var right) = (node[0].OfThreeRows.shape, node[1].OfThreeRows.shape);
        var fits = left.Length >= 1 && right.Length >= 1 && left[^1] == right[Math.Max(0, right.Length - 2)]
            && node[0].Type == node[1].Type;
        for (var axis = 3; fits && axis <= Math.Min(left.Length, right.Length); axis++)
        {
            fits = left[^axis] == right[^axis] || left[^axis] == 1 || right[^axis] == 1;
        }

        if (!fits || left.Length > right.Length + 8 || right.Length > left.Length + 8)
        {
            throw node.Invalid($"expected matrices that can be multiplied, got {TensorShape.Text(left)} and {TensorShape.Text(right)}.");
        }

        var rank = Math.Max(left.Length, right.Length);
        long Size(long[] shape, int axis) => axis <= shape.Length ? shape[^axis] : 1;
        var batch = Enumerable.Range(3, Math.Max(0, rank - 2)).Select(axis => Math.Max(Size(left, axis), Size(right, axis)));
        return [.. batch, left.Length >= 2 ? left[^2] : 1, right.Length >= 2 ? right[^1] : 1];
    }
}
