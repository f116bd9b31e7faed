using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx.Operators;

/// <summary>Parts of tensors, and tensors put together.</summary>
internal static class Selections
{
    public static OnnxStep Concat(OnnxNode node)
    {
        var axis = node.Axis(node.Attributes.Integer("axis", 0), Math.Max(1, node[0].Rank));
        return OnnxStep.OfAll(node, inputs => cat(inputs, axis));
    }

    /// <summary>Sizes are an attribute before version 13 and an input after it; without them the parts are equal.</summary>
    public static OnnxStep Split(OnnxNode node)
    {
        var axis = node.Axis(node.Attributes.Integer("axis", 0), node[0].Rank);
        var count = node.Attributes.Integer("num_outputs", node.OutputCount);
        var size = node[0].Shape[axis];
        var sizes = node.Attributes.Integers("split") ?? node.Integers(1, "the sizes");
        var isWhole = sizes is null || (sizes.Length == node.OutputCount && sizes.All(part => part >= 0) && sizes.Sum() == size.Fixed);
        if (!size.IsFixed || !isWhole || count < 1)
        {
            throw node.Invalid($"expected {node.OutputCount} parts that make up an axis of fixed size, got {(sizes is null ? $"{count}" : TensorShape.Text(sizes))}.");
        }

        var each = (size.Fixed + count - 1) / count;
        var start = sizes is null ? node.Output * each : sizes.Take(node.Output).Sum();
        var length = sizes is null ? Math.Min(each, size.Fixed - start) : sizes[node.Output];
        return length >= 0
            ? OnnxStep.Of(x => x.narrow(axis, start, length))
            : throw node.Invalid($"expected {node.OutputCount} parts of an axis of size {size.Fixed}, which it has not.");
    }

    /// <summary>Starts and ends are attributes before version 10 and inputs after it.</summary>
    public static OnnxStep Slice(OnnxNode node)
    {
        var input = node[0].Shape;
        var starts = node.Attributes.Integers("starts") ?? node.Integers(1, "starts") ?? throw node.Invalid("expected starts, got none.");
        var ends = Fixed(node.Attributes.Integers("ends")) ?? node.Sizes(2, "ends") ?? throw node.Invalid("expected ends, got none.");
        var axes = node.Axes(3, input.Length) ?? [.. Enumerable.Range(0, starts.Length).Select(axis =>
            (long)node.Axis(axis, input.Length))];
        var steps = node.Integers(4, "steps") ?? [.. starts.Select(_ => 1L)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length || steps.Contains(0))
        {
            throw node.Invalid("expected as many starts, ends, axes and steps, none of them 0.");
        }

        var count = ends.All(end => end.IsFixed) ? null : node.Rows(0);
        return OnnxStep.Of(x =>
        {
            var rows = count?.Invoke(x) ?? 0;
            for (var index = 0; index < axes.Length; index++)
            {
                x = Sliced(x, axes[index], starts[index], ends[index].At(rows), steps[index]);
            }

            return x;
        });
    }

    public static OnnxStep Gather(OnnxNode node)
    {
        var axis = node.Axis(node.Attributes.Integer("axis", 0), node[0].Rank);
        if (!node[1].IsInteger)
        {
            throw node.Invalid($"expected whole numbers as indices, got {node[1].Type}.");
        }

        return OnnxStep.Of((x, indices) =>
        {
            var size = x.shape[axis];
            var flat = indices.to(ScalarType.Int64).reshape(-1);
            flat = where(flat.less(0), flat + size, flat);
            if (flat.less(0).logical_or(flat.greater_equal(size)).any().item<bool>())
            {
                throw new ArgumentException($"expected indices within an axis of size {size}, got others.");
            }

            return x.index_select(axis, flat).reshape([.. x.shape[..axis], .. indices.shape, .. x.shape[(axis + 1)..]]);
        });
    }

    private static RowSize[]? Fixed(long[]? values) => values?.Select(value => new RowSize(0, value)).ToArray();

    private static Tensor Sliced(Tensor x, long axis, long start, long end, long step)
    {
        var size = x.shape[axis];
        long Bounded(long value, long least, long most) => Math.Clamp(value < 0 ? value + size : value, least, most);
        if (step > 0)
        {
            var first = Bounded(start, 0, size);
            return x.slice(axis, first, Math.Max(first, Bounded(end, 0, size)), Math.Min(step, Math.Max(1, size)));
        }

        // Backwards: PyTorch takes no negative steps.
        (var last, var stop) = (Bounded(start, 0, size - 1), end < -size ? -1 : Bounded(end, -1, size - 1));
        List<long> positions = [];
        for (var position = last; position > stop && position >= 0; position += step)
        {
            positions.Add(position);
        }

        return x.index_select(axis, tensor(positions.ToArray(), ScalarType.Int64).to(x.device));
    }
}
