using System.Runtime.InteropServices;
using Microsoft.ML.Adversarial.Networks.Onnx.Format;
using Microsoft.ML.Adversarial.Networks.Onnx.Operators;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx;

/// <summary>
/// Translates a model to TorchSharp. Node by node in order it asks the operator table what a node becomes and runs that on two and on three
/// rows: shapes are then known without rules for shapes, what exporters compute of constants and shapes is folded, and a graph whose rows
/// depend on each other is noticed. What is left is assembled by <see cref="OnnxAssembly"/>.
/// </summary>
internal sealed class OnnxImport
{
    /// <summary>2²⁸ values of one result for three rows: above any classifier, below what would exhaust memory.</summary>
    public const long MaximumElementCount = 1L << 28;

    /// <summary>2³⁰ values of all results together: 4 GiB, whatever a damaged model asks for.</summary>
    private const long MaximumTotalCount = 1L << 30;

    private readonly string _source;
    private readonly OnnxGraph _graph;
    private readonly OnnxLinks _links;
    private readonly long _opset;
    private readonly long? _declaredRows;
    private readonly Dictionary<string, OnnxValue> _values = [];
    private readonly Dictionary<string, (OnnxStep Step, NodeProto Node)> _steps = [];
    private readonly Dictionary<string, string> _otherNames = [];
    private readonly Dictionary<string, NotSupportedException> _failures = [];
    private long _totalCount;

    private OnnxImport(ModelProto model, IReadOnlyList<long>? inputShape, string? outputName, string source)
    {
        _source = source;
        _opset = OnnxFile.Opset(model, source);
        _graph = OnnxGraph.Of(model.Graph, outputName, source);
        _links = new(_graph);
        (InputShape, ElementType, _declaredRows) = OnnxInput.Of(_graph.Input, inputShape, source);
        foreach (var tensor in model.Graph.Initializer)
        {
            var value = OnnxTensor.Read(tensor, $"{source}: tensor '{tensor.Name}'");
            if (!_values.TryAdd(tensor.Name, new(value, value, isConstant: true)))
            {
                throw new InvalidDataException($"{source}: expected weights of different names, got '{tensor.Name}' twice.");
            }
        }
    }

    public long[] InputShape { get; }

    public ScalarType ElementType { get; }

    public int ClassCount { get; private set; }

    /// <summary>Whether a softmax at the end was left out.</summary>
    public bool IsSoftmaxRemoved { get; private set; }

    public nn.Module<Tensor, Tensor> Module { get; private set; } = null!;

    public static OnnxImport Run(ModelProto model, IReadOnlyList<long>? inputShape, string? outputName, string source)
    {
        // Weights made inside inference mode could never be trained.
        using var mode = inference_mode(false);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        OnnxImport import = new(model, inputShape, outputName, source);
        import.Build();
        foreach (var owned in import.Module.parameters().Concat(import.Module.buffers()))
        {
            owned.DetachFromDisposeScope();
        }

        return import;
    }

    private void Build()
    {
        _values[_graph.Input.Name] = new(Trial(OnnxValue.FewRows), Trial(OnnxValue.FewRows + 1), isConstant: false);
        (var output, IsSoftmaxRemoved) = _links.Logits();
        var needed = _links.NeededBy(output);
        foreach (var node in _graph.Nodes)
        {
            if (needed.Contains(node))
            {
                Visit(node);
            }
        }

        output = GiverName(output);
        CheckOutput(ValueOf(output));
        Module = new OnnxAssembly(_source, _graph.Input.Name, _values, _steps, GiverName).Of(output);
        Module.eval();
    }

    private void Visit(NodeProto proto)
    {
        if (proto.Output.All(_otherNames.ContainsKey) && proto.Output.Count > 0)
        {
            return;
        }

        if (!OnnxFile.IsStandard(proto.Domain))
        {
            throw new NotSupportedException(
                $"{_source}: {OnnxGraph.Place(proto)}: expected a standard operator, got one of the domain '{proto.Domain}'. Export the model with standard operators.");
        }

        var row = OnnxOperatorTable.Find(proto.OpType) ?? throw new NotSupportedException(
            $"{_source}: {OnnxGraph.Place(proto)}: the operator {proto.OpType} is not supported. Supported are {OnnxOperatorTable.Names}.");
        for (var output = 0; output < proto.Output.Count; output++)
        {
            if (proto.Output[output].Length == 0)
            {
                continue;
            }

            if (output < row.OutputCount)
            {
                Visit(proto, row, output);
            }
            else
            {
                _failures[proto.Output[output]] = new(
                    $"{_source}: {OnnxGraph.Place(proto)}: only the first {row.OutputCount} of its outputs can be read, but something reads '{proto.Output[output]}'.");
            }
        }
    }

    private void Visit(NodeProto proto, OnnxOperator row, int output)
    {
        var name = proto.Output[output];
        (var added, var sum) = AddedAfterwards(proto);
        OnnxNode node = new(proto, [.. proto.Input.Select(input => input.Length == 0 ? null : ValueOf(input))], _opset, output)
        {
            AddedAfterwards = added,
            DeclaredRows = _declaredRows,
        };
        try
        {
            var step = row.Build(node);
            node.Attributes.RequireAllRead();
            if (ReferenceEquals(step, OnnxStep.Same))
            {
                _ = node[0];
                _otherNames[name] = proto.Input[0];
                return;
            }

            var inputs = step.Inputs.Select(input => node[input]).ToArray();
            var isConstant = inputs.All(input => input.IsConstant);
            var few = Result(proto, step, [.. inputs.Select(input => input.OfTwoRows)]);
            var more = isConstant ? few : Result(proto, step, [.. inputs.Select(input => input.OfThreeRows)]);
            _values[name] = new(few, more, isConstant);
            if (!isConstant)
            {
                _steps[name] = (step, proto);
            }

            if (sum is not null)
            {
                _otherNames[sum] = name;
            }
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            var message = $"{_source}: {e.Message}";
            throw e is NotSupportedException ? new NotSupportedException(message, e) : new InvalidDataException(message, e);
        }
        catch (Exception e) when (e is ExternalException or ArgumentException or InvalidOperationException or OverflowException or IndexOutOfRangeException)
        {
            throw new InvalidDataException(
                $"{_source}: {OnnxGraph.Place(proto)}: expected inputs and attributes that fit together, got an error: {e.Message.Split('\n')[0]}", e);
        }
    }

    // A product is x W + b with the sum that alone reads it.
    private (Tensor? Added, string? Sum) AddedAfterwards(NodeProto proto)
    {
        if (proto.OpType != "MatMul" || proto.Output[0] == _graph.Output || _links.ReadersOf(proto.Output[0]) is not [{ OpType: "Add", Input.Count: 2 } sum])
        {
            return default;
        }

        var other = sum.Input[0] == proto.Output[0] ? sum.Input[1] : sum.Input[0];
        return _values.TryGetValue(other, out var value) && value.IsConstant && proto.Input.Count == 2
            && _values.TryGetValue(proto.Input[1], out var weight) && weight.IsConstant && weight.Rank == 2
            && value.OfTwoRows.numel() == weight.OfTwoRows.shape[1] && (value.Rank == 0
                || value.OfTwoRows.shape[^1] == weight.OfTwoRows.shape[1])
            && value.Rank <= 2
            ? (value.OfTwoRows.reshape(-1), sum.Output[0])
            : default;
    }

    private Tensor Result(NodeProto proto, OnnxStep step, Tensor[] inputs)
    {
        step.Layer?.eval();
        var result = step.Layer is { } layer ? layer.call(inputs[0]) : step.Function!(inputs);
        _totalCount += result.numel();
        return result.numel() <= MaximumElementCount && _totalCount <= MaximumTotalCount
            ? result
            : throw new InvalidDataException(
                $"{OnnxGraph.Place(proto)}: expected results of at most {MaximumElementCount} values, together {MaximumTotalCount}, got the shape {TensorShape.Text(result.shape)}.");
    }

    private OnnxValue ValueOf(string name)
    {
        name = GiverName(name);
        return _values.TryGetValue(name, out var value)
            ? value
            : throw _failures.GetValueOrDefault(name) ?? new NotSupportedException($"{_source}: nothing gives '{name}'.");
    }

    // Rows that differ, without a random number.
    private Tensor Trial(long rows)
    {
        const double GoldenRatio = 0.6180339887498949;
        var count = checked(rows * TensorShape.ElementCount(InputShape));
        return arange(1, count + 1, ScalarType.Float64).mul_(GoldenRatio).remainder_(1).to(ElementType).reshape([rows, .. InputShape]);
    }

    private void CheckOutput(OnnxValue logits)
    {
        var shape = logits.Shape;
        var isLogits = shape.Length >= 2 && shape[0].IsRows && shape[1].IsFixed && shape.Skip(2).All(size => size == new RowSize(0, 1));
        if (!isLogits || shape[1].Fixed < 2 || shape[1].Fixed > int.MaxValue || !logits.OfTwoRows.is_floating_point())
        {
            throw new InvalidDataException(
                $"{_source}: expected an output of logits [rows, classes] with at least 2 classes, got {logits.Type} of shape {TensorShape.Text(logits.OfTwoRows.shape)} for {OnnxValue.FewRows} rows. Name the output that holds logits, or export the model with a variable number of rows.");
        }

        ClassCount = (int)shape[1].Fixed;
        using var same = logits.OfThreeRows.narrow(0, 0, OnnxValue.FewRows).isclose(logits.OfTwoRows, 1e-3, 1e-4, true);
        if (!same.all().item<bool>())
        {
            throw new NotSupportedException(
                $"{_source}: expected rows that do not depend on each other, got other logits for the same two rows when a third was beside them. Export the model in evaluation mode with a variable number of rows.");
        }
    }

    private string GiverName(string name)
    {
        while (_otherNames.TryGetValue(name, out var giver))
        {
            name = giver;
        }

        return name;
    }
}
