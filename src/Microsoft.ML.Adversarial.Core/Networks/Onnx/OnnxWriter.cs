using Google.Protobuf;
using Microsoft.ML.Adversarial.Networks.Onnx.Format;
using static TorchSharp.torch;
using AttributeType = Microsoft.ML.Adversarial.Networks.Onnx.Format.AttributeProto.Types.AttributeType;

namespace Microsoft.ML.Adversarial.Networks.Onnx;

/// <summary>What layers write themselves to: nodes and weights of a graph. Names of weights are those of weights files.</summary>
internal sealed class OnnxWriter(GraphProto graph, IReadOnlyDictionary<string, Tensor> state, ScalarType type, string prefix = "")
{
    /// <summary>The floating type that the network computes in.</summary>
    public ScalarType Type => type;

    public static AttributeProto Attribute(string name, long value) => new() { Name = name, Type = AttributeType.Int, I = value };

    public static AttributeProto Attribute(string name, double value) =>
        new() { Name = name, Type = AttributeType.Float, F = (float)value };

    public static AttributeProto Attribute(string name, params long[] values) =>
        new() { Name = name, Type = AttributeType.Ints, Ints = { values } };

    /// <summary>Height and width.</summary>
    public static AttributeProto Attribute(string name, Size2d size) => Attribute(name, [size.Height, size.Width]);

    /// <summary>Padding that is the same on both sides.</summary>
    public static AttributeProto Pads(Size2d padding) => Attribute("pads", [padding.Height, padding.Width, padding.Height, padding.Width]);

    public OnnxWriter Within(string child) => new(graph, state, type, prefix + child + ".");

    /// <summary>Adds a node and returns the name of its result.</summary>
    public string Node(string operatorName, IReadOnlyList<string> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        var name = $"/{prefix.Replace('.', '/')}{operatorName}_{graph.Node.Count}";
        NodeProto node = new() { Name = name, OpType = operatorName, Input = { inputs }, Output = { name + "_output" } };
        foreach (var attribute in attributes)
        {
            node.Attribute.Add(attribute);
        }

        graph.Node.Add(node);
        return node.Output[0];
    }

    /// <summary>Adds a tensor of the layer's state and returns its name.</summary>
    public string Weight(string name)
    {
        Add(prefix + name, state[prefix + name]);
        return prefix + name;
    }

    /// <summary>The tensor of the layer's state itself, for what is computed of it once.</summary>
    public Tensor State(string name) => state[prefix + name];

    /// <summary>Adds a constant of the network's type and returns its name.</summary>
    public string Constant(Tensor values)
    {
        var name = $"{prefix}constant_{graph.Initializer.Count}";
        using var typed = values.to(type);
        Add(name, typed);
        return name;
    }

    public string Constant(double value)
    {
        using var scalar = tensor(value, type);
        return Constant(scalar);
    }

    private void Add(string name, Tensor values)
    {
        using var dense = values.detach().cpu().contiguous();
        using var flat = dense.view(-1);
        graph.Initializer.Add(new TensorProto
        {
            Name = name, DataType = OnnxTensor.OnnxTypeOf(dense.dtype), Dims = { dense.shape }, RawData = ByteString.CopyFrom(flat.bytes),
        });
    }
}
