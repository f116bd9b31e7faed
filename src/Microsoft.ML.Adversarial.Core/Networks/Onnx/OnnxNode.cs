using Microsoft.ML.Adversarial.Networks.Onnx.Format;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx;

/// <summary>A node as operators see it: its attributes, and what its inputs are.</summary>
/// <param name="proto">The node.</param>
/// <param name="inputs">Its inputs; null for an optional one that is left out.</param>
/// <param name="opset">The version of the operators.</param>
/// <param name="output">Which of its outputs is asked for.</param>
internal sealed class OnnxNode(NodeProto proto, IReadOnlyList<OnnxValue?> inputs, long opset, int output)
{
    /// <summary>Names the node in errors.</summary>
    public string Place { get; } = OnnxGraph.Place(proto);

    public OnnxAttributes Attributes { get; } = new(proto, OnnxGraph.Place(proto));

    public long Opset => opset;

    public int Output => output;

    public int OutputCount => proto.Output.Count;

    public int InputCount => inputs.Count;

    /// <summary>A constant that the next node adds, which belongs to this one: x W + b. Null where there is none.</summary>
    public Tensor? AddedAfterwards { get; init; }

    /// <summary>The declared number of rows, where the exporter fixed it.</summary>
    public long? DeclaredRows { get; init; }

    public bool Has(int input) => input < inputs.Count && inputs[input] is not null;

    public OnnxValue this[int input] =>
        Has(input) ? inputs[input]! : throw Invalid($"expected an input number {input}, got {inputs.Count} inputs.");

    /// <summary>The values of an input that must be known at import; null where it is left out.</summary>
    public Tensor? Constant(int input, string what) => !Has(input)
        ? null
        : this[input].IsConstant
            ? this[input].OfTwoRows
            : throw Unsupported($"expected {what} to be constant, got values that depend on the network's input.");

    /// <summary>A trainable parameter: a copy of a constant input.</summary>
    public Parameter Parameter(int input, string what) =>
        ParameterOf(Constant(input, what) ?? throw Invalid($"expected {what}, got no such input."), what);

    public Parameter ParameterOf(Tensor values, string what) => values.is_floating_point()
        ? new(values.detach().clone().contiguous())
        : throw Invalid($"expected {what} of floating type, got {values.dtype}.");

    /// <summary>One number that must be known at import; null where the input is left out.</summary>
    public double? Number(int input, string what)
    {
        if (Constant(input, what) is not { } value)
        {
            return null;
        }

        return value.numel() == 1
            ? value.to(ScalarType.Float64).item<double>()
            : throw Invalid($"expected {what} to be one number, got the shape {TensorShape.Text(value.shape)}.");
    }

    /// <summary>Whole numbers that follow from the number of rows; null where the input is left out.</summary>
    public RowSize[]? Sizes(int input, string what) => !Has(input)
        ? null
        : this[input].Integers ?? throw Unsupported($"expected {what} to be whole numbers that follow from shapes, got values of the network's input.");

    /// <summary>Whole numbers that must be known at import; null where the input is left out.</summary>
    public long[]? Integers(int input, string what)
    {
        var sizes = Sizes(input, what);
        return sizes is null || sizes.All(size => size.IsFixed)
            ? sizes?.Select(size => size.Fixed).ToArray()
            : throw Unsupported($"expected {what} to be the same for any number of rows, got numbers that grow with them.");
    }

    /// <summary>Axes that older versions hold in an attribute and newer ones in an input; null where both are left out.</summary>
    public long[]? Axes(int input, int rank)
    {
        var axes = Attributes.Integers("axes") ?? Integers(input, "axes");
        return axes?.Select(axis => (long)Axis(axis, rank)).ToArray();
    }

    /// <summary>An axis counted from the front; negative ones count from the back.</summary>
    public int Axis(long axis, int rank) => axis >= -rank && axis < rank
        ? (int)(axis < 0 ? axis + rank : axis)
        : throw Invalid($"expected an axis of the {rank} that there are, got {axis}.");

    /// <summary>The sizes of an input's axes after rows and channels, which must be the same for any number of rows.</summary>
    public long[] Positions(int input)
    {
        var shape = this[input].Shape;
        return shape.Length >= 3 && shape.Skip(2).All(size => size.IsFixed)
            ? [.. shape.Skip(2).Select(size => size.Fixed)]
            : throw Invalid($"expected an input [rows, channels, positions…], got {TensorShape.Text(this[input].OfTwoRows.shape)} for two rows.");
    }

    /// <summary>Finds the number of rows of a batch from an input of this node.</summary>
    public Func<Tensor, long> Rows(int input)
    {
        var shape = this[input].Shape;
        var axis = Array.FindIndex(shape, size => size.PerRow > 0 && size.Fixed == 0);
        if (axis < 0)
        {
            throw Unsupported("expected an input with an axis that grows with the rows, got none.");
        }

        var perRow = shape[axis].PerRow;
        return x => x.shape[axis] / perRow;
    }

    /// <summary>Throws for a result that is too large to be any network's.</summary>
    public void RequireSize(params IEnumerable<long> shape)
    {
        long[] sizes = [.. shape];
        if (sizes.Any(size => size < 0) || TensorShape.ElementCount(sizes) > OnnxImport.MaximumElementCount)
        {
            throw Invalid($"expected a result of at most {OnnxImport.MaximumElementCount} values, got the shape {TensorShape.Text(sizes)}.");
        }
    }

    public NotSupportedException Unsupported(string problem) => new($"{Place}: {problem}");

    public InvalidDataException Invalid(string problem) => new($"{Place}: {problem}");
}
