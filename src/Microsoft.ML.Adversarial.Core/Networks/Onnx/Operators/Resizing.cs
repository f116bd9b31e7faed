using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx.Operators;

/// <summary>
/// Larger and smaller images: axis by axis, each output position lies somewhere on the input, and takes the nearest value or the weighted
/// mean
/// of the two beside it.
/// </summary>
internal static class Resizing
{
    /// <summary>Before version 9 scales were an attribute. Upsample is Resize with positions that scale from the first pixel's
    /// corner.</summary>
    public static OnnxStep Upsample(OnnxNode node)
    {
        var scales = node.Attributes.Numbers("scales") ?? Scales(node, 1);
        return Of(node, node.Attributes.Text("mode", "nearest"), "asymmetric", "floor", scales, sizes: null);
    }

    public static OnnxStep Resize(OnnxNode node)
    {
        const int WithSizesSince = 11;
        var attributes = node.Attributes;
        var mode = attributes.Text("mode", "nearest");
        if (node.Opset < WithSizesSince)
        {
            return Of(node, mode, "asymmetric", "floor", Scales(node, 1), sizes: null);
        }

        attributes.Ignore("cubic_coeff_a", "exclude_outside", "extrapolation_value");
        if (attributes.Flag("antialias") || attributes.Text("keep_aspect_ratio_policy", "stretch") != "stretch")
        {
            throw node.Unsupported("expected antialias 0 and keep_aspect_ratio_policy stretch.");
        }

        var positions = attributes.Text("coordinate_transformation_mode", "half_pixel");
        var rounding = attributes.Text("nearest_mode", "round_prefer_floor");
        return Of(node, mode, positions, rounding, Scales(node, 2), node.Sizes(3, "the sizes"));
    }

    private static double[]? Scales(OnnxNode node, int input)
    {
        var scales = node.Constant(input, "the scales");
        return scales is null || scales.numel() == 0 ? null : scales.to(ScalarType.Float64).data<double>().ToArray();
    }

    private static OnnxStep Of(OnnxNode node, string mode, string positions, string rounding, double[]? scales, RowSize[]? sizes)
    {
        var input = node[0].Shape;
        var axes = node.Attributes.Integers("axes")?.Select(axis => node.Axis(axis, input.Length)).ToArray() ?? [.. Enumerable.Range(0, input.Length)];
        if ((scales?.Length ?? sizes?.Length) != axes.Length || scales?.Any(scale => !(scale > 0) || !double.IsFinite(scale)) == true)
        {
            throw node.Invalid($"expected {axes.Length} scales above 0, or as many sizes.");
        }

        List<(int Axis, double[] Sources)> resized = [];
        var shape = node[0].OfThreeRows.shape;
        for (var index = 0; index < axes.Length; index++)
        {
            var axis = axes[index];
            var same = scales is not null ? scales[index] == 1 : sizes![index] == input[axis];
            if (same)
            {
                continue;
            }

            if (!input[axis].IsFixed || sizes?[index].IsFixed == false)
            {
                throw node.Unsupported("expected an axis of fixed size to resize, got the rows.");
            }

            var before = input[axis].Fixed;

            // In Float32, as runtimes do: 10 · 0.7 is 7, not a little less.
            var after = scales is not null ? MathF.Floor(before * (float)scales[index]) : (double)sizes![index].Fixed;
            shape[axis] = after is >= 1 and <= int.MaxValue ? (long)after : throw node.Invalid($"expected a new size of at least 1, got {after}.");
            node.RequireSize(shape);
            resized.Add((axis, Sources(node, positions, before, shape[axis], scales?[index] ?? after / before)));
        }

        return mode switch
        {
            "nearest" => OnnxStep.Of(x => resized.Aggregate(x, (values, one) => Nearest(values, one.Axis, one.Sources, rounding))),
            "linear" => OnnxStep.Of(x => resized.Aggregate(x, (values, one) => Linear(values, one.Axis, one.Sources))),
            _ => throw node.Unsupported($"expected the mode nearest or linear, got '{mode}'."),
        };
    }

    /// <summary>Where each output position lies on the input.</summary>
    private static double[] Sources(OnnxNode node, string positions, long before, long after, double scale)
    {
        Func<long, double> source = positions switch
        {
            "half_pixel" => position => ((position + 0.5) / scale) - 0.5,
            "pytorch_half_pixel" => position => after > 1 ? ((position + 0.5) / scale) - 0.5 : 0,
            "asymmetric" => position => position / scale,
            "align_corners" => position => after > 1 ? position * (before - 1.0) / (after - 1) : 0,

            // As half_pixel, but centred where the size was rounded.
            "half_pixel_symmetric" => position =>
                (before / 2.0 * (1 - (after / (scale * before)))) + ((position + 0.5) / scale) - 0.5,
            _ => throw node.Unsupported($"expected coordinates half_pixel, half_pixel_symmetric, pytorch_half_pixel, asymmetric or align_corners, got '{positions}'."),
        };
        var sources = new double[after];
        for (var position = 0; position < after; position++)
        {
            sources[position] = source(position);
        }

        return sources;
    }

    private static Tensor Nearest(Tensor x, int axis, double[] sources, string rounding)
    {
        Func<double, double> round = rounding switch
        {
            "floor" => Math.Floor,
            "ceil" => Math.Ceiling,
            "round_prefer_floor" => source => Math.Ceiling(source - 0.5),
            "round_prefer_ceil" => source => Math.Floor(source + 0.5),
            _ => throw new ArgumentException($"expected nearest_mode floor, ceil, round_prefer_floor or round_prefer_ceil, got '{rounding}'."),
        };
        return Selected(x, axis, sources.Select(round));
    }

    private static Tensor Linear(Tensor x, int axis, double[] sources)
    {
        double[] lower = [.. sources.Select(Math.Floor)];
        long[] shape = [.. Enumerable.Repeat(1L, (int)x.dim())];
        shape[axis] = sources.Length;
        double[] distances = [.. sources.Zip(lower, (source, below) => source - below)];
        var weight = tensor(distances, ScalarType.Float64).to(x.dtype).to(x.device).reshape(shape);
        return (Selected(x, axis, lower) * (1 - weight)) + (Selected(x, axis, lower.Select(below => below + 1)) * weight);
    }

    private static Tensor Selected(Tensor x, int axis, IEnumerable<double> positions)
    {
        var last = x.shape[axis] - 1;
        long[] inside = [.. positions.Select(position => Math.Clamp((long)position, 0, last))];
        return x.index_select(axis, tensor(inside, ScalarType.Int64).to(x.device));
    }
}
