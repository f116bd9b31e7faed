using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx.Operators;

/// <summary>Other shapes of the same values.</summary>
internal static class Shapes
{
    public static OnnxStep Flatten(OnnxNode node)
    {
        var rank = node[0].Rank;
        var given = node.Attributes.Integer("axis", 1);
        var axis = given == rank ? rank : node.Axis(given, rank);
        return axis == 1 ? nn.Flatten() : axis == 0
            ? OnnxStep.Of(x => x.reshape(1, -1))
            : axis == rank ? OnnxStep.Of(x => x.reshape(-1, 1)) : OnnxStep.Of(x => x.flatten(0, axis - 1).flatten(1));
    }

    public static OnnxStep Reshape(OnnxNode node)
    {
        var template = node.Sizes(1, "the shape") ?? throw node.Invalid("expected a shape, got none.");
        var keepsZeros = node.Attributes.Flag("allowzero");
        var input = node[0].Shape;
        var target = new RowSize[template.Length];
        var free = -1;
        for (var axis = 0; axis < template.Length; axis++)
        {
            target[axis] = template[axis];

            // An exporter that fixed the number of rows wrote it here as well.
            var isFixedRows = axis == 0 && node.DeclaredRows is { } rows && template[0] == new RowSize(0, rows) && input.Length > 0
                && input[0].IsRows;
            if (isFixedRows)
            {
                target[axis] = input[0];
            }
            else if (template[axis] == new RowSize(0, 0) && !keepsZeros)
            {
                target[axis] = axis < input.Length ? input[axis] : throw node.Invalid($"expected an axis {axis} to copy, got {input.Length} axes.");
            }
            else if (template[axis] == new RowSize(0, -1))
            {
                free = free < 0 ? axis : throw node.Invalid("expected one size of −1 at most, got several.");
            }
        }

        // Rows in front and everything else behind is what nearly all classifiers do once.
        var flattens = input.Length >= 2 && input[0].IsRows && target is [{ IsRows: true } or { PerRow: 0, Fixed: -1 }, var features]
            && input.Skip(1).All(size => size.IsFixed)
            && (features == new RowSize(0, TensorShape.ElementCount(input.Skip(1).Select(size =>
                size.Fixed))) || (free == 1 && target[0].IsRows));
        if (flattens)
        {
            return nn.Flatten();
        }

        if (target.All(size => size.IsFixed))
        {
            long[] shape = [.. target.Select(size => size.Fixed)];
            return new([0], null, inputs => inputs[0].reshape(shape));
        }

        var count = node.Rows(0);
        return new([0], null, inputs =>
        {
            var rows = count(inputs[0]);
            return inputs[0].reshape([.. target.Select((size, axis) => axis == free ? -1 : size.At(rows))]);
        });
    }

    /// <summary>Axes are an attribute before version 13 and an input after it.</summary>
    public static OnnxStep Squeeze(OnnxNode node)
    {
        var shape = node[0].Shape;
        var axes = node.Axes(1, shape.Length) ?? [.. Enumerable.Range(0, shape.Length).Where(axis =>
            shape[axis] == new RowSize(0, 1)).Select(axis => (long)axis)];
        if (axes.Any(axis => shape[axis] != new RowSize(0, 1)))
        {
            throw node.Invalid($"expected axes of size 1, got {TensorShape.Text(axes)} of {TensorShape.Text(node[0].OfTwoRows.shape)}. Export the model with a variable number of rows.");
        }

        return OnnxStep.Of(x => axes.OrderDescending().Aggregate(x, (values, axis) => values.squeeze(axis)));
    }

    public static OnnxStep Unsqueeze(OnnxNode node)
    {
        var given = node.Attributes.Integers("axes") ?? node.Integers(1, "axes") ?? throw node.Invalid("expected axes, got none.");
        var rank = node[0].Rank + given.Length;
        long[] axes = [.. given.Select(axis => (long)node.Axis(axis, rank)).Order()];
        return axes.Distinct().Count() == axes.Length
            ? OnnxStep.Of(x => axes.Aggregate(x, (values, axis) => values.unsqueeze(axis)))
            : throw node.Invalid("expected different axes, got one twice.");
    }

    public static OnnxStep Transpose(OnnxNode node)
    {
        var rank = node[0].Rank;
        var order = node.Attributes.Integers("perm") ?? [.. Enumerable.Range(0, rank).Reverse().Select(axis => (long)axis)];
        return order.Order().SequenceEqual(Enumerable.Range(0, rank).Select(axis => (long)axis))
            ? OnnxStep.Of(x => x.permute(order))
            : throw node.Invalid($"expected each of {rank} axes once as perm, got {TensorShape.Text(order)}.");
    }

    public static OnnxStep Expand(OnnxNode node)
    {
        var given = node.Sizes(1, "the shape") ?? throw node.Invalid("expected a shape, got none.");
        var input = node[0].Shape;
        var rank = Math.Max(given.Length, input.Length);
        var target = new RowSize[rank];
        for (var axis = 1; axis <= rank; axis++)
        {
            var wanted = axis <= given.Length ? given[^axis] : new(0, 1);
            var own = axis <= input.Length ? input[^axis] : new(0, 1);
            target[^axis] = wanted == new RowSize(0, 1) ? own : wanted;
        }

        node.RequireSize(target.Select(size => size.At(OnnxValue.FewRows + 1)));
        if (target.All(size => size.IsFixed))
        {
            return new([0], null, inputs => inputs[0].expand([.. target.Select(size => size.Fixed)]));
        }

        var count = node.Rows(0);
        return new([0], null, inputs =>
        {
            var rows = count(inputs[0]);
            return inputs[0].expand([.. target.Select(size => size.At(rows))]);
        });
    }

    public static OnnxStep Shape(OnnxNode node)
    {
        var rank = node[0].Rank;
        var start = (int)Math.Clamp(node.Attributes.Integer("start", 0) is var first && first < 0 ? first + rank : first, 0, rank);
        var end = (int)Math.Clamp(node.Attributes.Integer("end", rank) is var last && last < 0 ? last + rank : last, 0, rank);
        return OnnxStep.Of(x => tensor(x.shape[start..Math.Max(start, end)], ScalarType.Int64));
    }
}
