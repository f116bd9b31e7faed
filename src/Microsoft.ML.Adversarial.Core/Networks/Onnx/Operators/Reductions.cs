using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx.Operators;

/// <summary>Sums, means and extremes over axes.</summary>
internal static class Reductions
{
    /// <param name="node">The node.</param>
    /// <param name="axesAreInputSince">The version of the operators in which the axes became an input.</param>
    /// <param name="reduce">From the tensor, the axes, and whether they stay with size 1.</param>
    public static OnnxStep Of(OnnxNode node, int axesAreInputSince, Func<Tensor, long[], bool, Tensor> reduce)
    {
        (var axes, var keep) = Axes(node, axesAreInputSince);
        return axes.Length == 0 ? OnnxStep.Same : OnnxStep.Of(x => reduce(x, axes, keep));
    }

    public static OnnxStep Product(OnnxNode node) => Of(node, 18, (x, axes, keep) =>
    {
        foreach (var axis in axes.OrderDescending())
        {
            x = x.prod(axis, keep);
        }

        return x;
    });

    private static (long[] Axes, bool Keep) Axes(OnnxNode node, int axesAreInputSince)
    {
        var rank = node[0].Rank;
        var keep = node.Attributes.Flag("keepdims", true);
        var none = node.Attributes.Flag("noop_with_empty_axes");
        if (node.Opset < axesAreInputSince && node.Has(1))
        {
            throw node.Invalid($"expected the axes as an attribute in version {node.Opset}, got an input.");
        }

        var axes = node.Axes(1, rank) ?? [];
        return axes.Distinct().Count() != axes.Length
            ? throw node.Invalid("expected different axes, got one twice.")
            : axes.Length > 0 || none ? (axes, keep) : ([.. Enumerable.Range(0, rank).Select(axis => (long)axis)], keep);
    }
}
