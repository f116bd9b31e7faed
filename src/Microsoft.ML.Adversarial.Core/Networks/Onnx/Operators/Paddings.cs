using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx.Operators;

/// <summary>Borders around tensors; negative ones cut.</summary>
internal static class Paddings
{
    /// <summary>Pads and value are attributes before version 11 and inputs after it.</summary>
    public static OnnxStep Pad(OnnxNode node)
    {
        var rank = node[0].Rank;
        var axes = node.Axes(3, rank) ?? [.. Enumerable.Range(0, rank).Select(axis => (long)axis)];
        var pads = node.Attributes.Integers("pads") ?? node.Integers(1, "pads") ?? throw node.Invalid("expected pads, got none.");
        var value = node.Number(2, "the value") ?? node.Attributes.Number("value", 0);
        if (pads.Length != 2 * axes.Length || pads.Any(pad => Math.Abs((decimal)pad) > int.MaxValue)
            || axes.Distinct().Count() != axes.Length)
        {
            throw node.Invalid($"expected {2 * axes.Length} pads for different axes, got {pads.Length}.");
        }

        (var before, var after) = (new long[rank], new long[rank]);
        for (var index = 0; index < axes.Length; index++)
        {
            (before[axes[index]], after[axes[index]]) = (pads[index], pads[axes.Length + index]);
        }

        var sizes = node[0].OfThreeRows.shape;
        node.RequireSize(sizes.Select((size, axis) => size + before[axis] + after[axis]));
        var mode = node.Attributes.Text("mode", "constant");
        if (mode == "constant")
        {
            long[] argument = [.. Enumerable.Range(0, rank).Reverse().SelectMany(axis => (long[])[before[axis], after[axis]])];
            return OnnxStep.Of(x => nn.functional.pad(x, argument, PaddingModes.Constant, value));
        }

        // Each axis takes copies of what lies inside it.
        var sources = Enumerable.Range(0, rank).Where(axis => before[axis] != 0 || after[axis] != 0)
            .Select(axis => (Axis: axis, Positions: Sources(node, mode, sizes[axis], before[axis], after[axis]))).ToArray();
        return sources.Any(source => !node[0].Shape[source.Axis].IsFixed)
            ? throw node.Unsupported("expected pads beside axes of fixed size, got some beside rows.")
            : OnnxStep.Of(x => sources.Aggregate(
                x, (values, source) => values.index_select(source.Axis, tensor(source.Positions, ScalarType.Int64).to(x.device))));
    }

    private static long[] Sources(OnnxNode node, string mode, long size, long before, long after)
    {
        Func<long, long> source = mode switch
        {
            "edge" => position => Math.Clamp(position, 0, size - 1),
            "reflect" when before < size && after < size => position => position < 0 ? -position : position >= size ? (2 * size) - 2 - position : position,
            "wrap" => position => ((position % size) + size) % size,
            _ => throw node.Unsupported($"expected the mode constant, edge, wrap, or reflect with pads below the size {size}, got '{mode}'."),
        };
        List<long> positions = [];
        for (var position = -before; position < size + after; position++)
        {
            positions.Add(source(position));
        }

        return size > 0 ? [.. positions] : throw node.Invalid("expected an axis that is not empty.");
    }
}
