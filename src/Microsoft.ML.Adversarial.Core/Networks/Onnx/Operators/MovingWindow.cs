namespace Microsoft.ML.Adversarial.Networks.Onnx.Operators;

/// <summary>The geometry of convolutions and poolings: per axis a kernel, its step and dilation, and padding before and after.</summary>
internal sealed record MovingWindow(long[] Kernel, long[] Strides, long[] Dilations, long[] Before, long[] After)
{
    /// <summary>PyTorch's paddings are the same on both sides.</summary>
    public bool IsSymmetric => Before.SequenceEqual(After);

    /// <summary>Reads the attributes that these operators share.</summary>
    /// <param name="node">The node; its first input is [rows, channels, positions…].</param>
    /// <param name="kernel">The size of the kernel where weights have it; null to read the attribute.</param>
    public static MovingWindow Of(OnnxNode node, long[]? kernel)
    {
        var sizes = node.Positions(0);
        var ones = Enumerable.Repeat(1L, sizes.Length).ToArray();
        var declared = Positive(node, "kernel_shape", node.Attributes.Integers("kernel_shape") ?? kernel ?? throw node.Invalid("expected kernel_shape, got none."), sizes.Length);
        if (kernel is not null && !kernel.SequenceEqual(declared))
        {
            throw node.Invalid($"expected kernel_shape {TensorShape.Text(kernel)}, as the weights have, got {TensorShape.Text(declared)}.");
        }

        var strides = Positive(node, "strides", node.Attributes.Integers("strides") ?? ones, sizes.Length);
        var dilations = Positive(node, "dilations", node.Attributes.Integers("dilations") ?? ones, sizes.Length);
        var pads = node.Attributes.Integers("pads");
        var automatic = node.Attributes.Text("auto_pad", "NOTSET");
        (var before, var after) = automatic switch
        {
            "NOTSET" when pads is null => (new long[sizes.Length], new long[sizes.Length]),
            "NOTSET" => Pads(node, pads!, sizes.Length),
            "VALID" => (new long[sizes.Length], new long[sizes.Length]),
            "SAME_UPPER" => Same(sizes, declared, strides, dilations, less: true),
            "SAME_LOWER" => Same(sizes, declared, strides, dilations, less: false),
            _ => throw node.Unsupported($"expected auto_pad to be NOTSET, VALID, SAME_UPPER or SAME_LOWER, got '{automatic}'."),
        };
        return new(declared, strides, dilations, before, after);
    }

    /// <summary>Padding as PyTorch's pad takes it: last axis first, before and after.</summary>
    public long[] PadArgument() => [.. Before.Zip(After).Reverse().SelectMany(pair => (long[])[pair.First, pair.Second])];

    /// <summary>The size of the result along each axis, rounded down, of positions of these sizes.</summary>
    public long[] OutputSizes(long[] sizes) =>
        [.. sizes.Select((size, axis) => ((size + Before[axis] + After[axis] - (Dilations[axis] * (Kernel[axis] - 1)) - 1) / Strides[axis]) + 1)];

    /// <summary>Throws for a padding that alone would fill the memory.</summary>
    public void RequireSize(OnnxNode node, long channels) => node.RequireSize(
        [OnnxValue.FewRows + 1, channels, .. node.Positions(0).Select((size, axis) => size + Before[axis] + After[axis])]);

    private static (long[] Before, long[] After) Pads(OnnxNode node, long[] pads, int axes) =>
        pads.Length == 2 * axes && pads.All(pad => pad is >= 0 and <= int.MaxValue)
        ? (pads[..axes], pads[axes..])
        : throw node.Invalid($"expected {2 * axes} pads of at least 0, got {TensorShape.Text(pads)}.");

    // As many windows as steps fit into the input, the odd element of padding at the end or at the beginning.
    private static (long[] Before, long[] After) Same(long[] sizes, long[] kernel, long[] strides, long[] dilations, bool less)
    {
        long[] total = [.. sizes.Select((size, axis) =>
        {
            var windows = (size + strides[axis] - 1) / strides[axis];
            return Math.Max(0, ((windows - 1) * strides[axis]) + (dilations[axis] * (kernel[axis] - 1)) + 1 - size);
        })];
        long[] small = [.. total.Select(pad => pad / 2)];
        long[] large = [.. total.Select(pad => pad - (pad / 2))];
        return less ? (small, large) : (large, small);
    }

    private static long[] Positive(OnnxNode node, string what, long[] values, int axes) =>
        values.Length == axes && values.All(value => value is >= 1 and <= int.MaxValue)
        ? values
        : throw node.Invalid($"expected {axes} {what} of at least 1, got {TensorShape.Text(values)}.");
}
