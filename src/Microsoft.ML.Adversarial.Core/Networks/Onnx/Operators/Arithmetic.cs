using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx.Operators;

/// <summary>Functions of several tensors, value by value, whose shapes are broadcast against each other.</summary>
internal static class Arithmetic
{
    public static OnnxStep OfTwo(OnnxNode node, Func<Tensor, Tensor, Tensor> function)
    {
        RequireInputs(node, 2);
        return OnnxStep.Of(function);
    }

    public static OnnxStep OfMany(OnnxNode node, Func<Tensor, Tensor, Tensor> function)
    {
        RequireInputs(node, node.InputCount);
        return OnnxStep.OfAll(node, inputs => inputs.Aggregate(function));
    }

    public static OnnxStep Mean(OnnxNode node)
    {
        RequireInputs(node, node.InputCount);
        return OnnxStep.OfAll(node, inputs => inputs.Aggregate((a, b) => a + b) / inputs.Length);
    }

    public static OnnxStep Where(OnnxNode node)
    {
        RequireInputs(node, 3);
        return OnnxStep.OfAll(node, inputs => where(inputs[0].to(ScalarType.Bool), inputs[1], inputs[2]));
    }

    /// <summary>Quotients of whole numbers are whole, rounded towards 0.</summary>
    public static Tensor Quotient(Tensor a, Tensor b)
    {
        if (a.is_floating_point() || b.is_floating_point())
        {
            return a / b;
        }

        return b.eq(0).any().item<bool>()
            ? throw new ArgumentException("expected a divisor other than 0, got 0.")
            : a.div(b, RoundingMode.trunc);
    }

    private static void RequireInputs(OnnxNode node, int count)
    {
        if (count == 0)
        {
            throw node.Invalid("expected at least one input, got none.");
        }

        long[] shape = [];
        for (var input = 0; input < count; input++)
        {
            shape = Broadcast(node, shape, node[input].OfThreeRows.shape);
        }

        node.RequireSize(shape);
    }

    private static long[] Broadcast(OnnxNode node, long[] one, long[] other)
    {
        var rank = Math.Max(one.Length, other.Length);
        long Size(long[] shape, int axis) => axis < rank - shape.Length ? 1 : shape[axis - (rank - shape.Length)];
        return [.. Enumerable.Range(0, rank).Select(axis => (Size(one, axis), Size(other, axis)) switch
        {
            (1, var size) => size,
            (var size, 1) => size,
            (var size, var same) when size == same => size,
            _ => throw node.Invalid($"expected shapes that can be broadcast, got {TensorShape.Text(one)} and {TensorShape.Text(other)}."),
        })];
    }
}
