using Google.Protobuf;
using Microsoft.ML.Adversarial.Networks.Onnx.Format;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx;

/// <summary>Small models made by hand: a graph from "x" to "logits".</summary>
internal sealed class OnnxModel
{
    private readonly Generator _generator = new(5);

    public OnnxModel(long opset, params long[] input)
    {
        Proto = new() { IrVersion = 8, Graph = new GraphProto { Name = "test" } };
        Proto.OpsetImport.Add(new OperatorSetIdProto { Version = opset });
        Graph.Input.Add(Value("x", input));
        Graph.Output.Add(Value("logits", []));
    }

    public ModelProto Proto { get; }

    public GraphProto Graph => Proto.Graph;

    public byte[] Bytes => Proto.ToByteArray();

    public static AttributeProto A(string name, long value) => OnnxWriter.Attribute(name, value);

    public static AttributeProto A(string name, double value) => OnnxWriter.Attribute(name, value);

    public static AttributeProto A(string name, long[] values) => OnnxWriter.Attribute(name, values);

    public static AttributeProto A(string name, string value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    public OnnxModel Node(string operatorName, string[] inputs, string output, params AttributeProto[] attributes)
    {
        Graph.Node.Add(new NodeProto { Name = $"n{Graph.Node.Count}", OpType = operatorName, Input = { inputs }, Output = { output.Split(',') }, Attribute = { attributes } });
        return this;
    }

    /// <summary>Weights drawn at random in (−0.5, 0.5), shifted.</summary>
    public OnnxModel Weight(string name, long[] shape, double shift = 0)
    {
        using Tensor values = torch.rand(shape, generator: _generator) - 0.5 + shift;
        return Constant(name, values);
    }

    public OnnxModel Constant(string name, Tensor values)
    {
        using Tensor dense = values.contiguous();
        using Tensor flat = dense.view(-1);
        Graph.Initializer.Add(new TensorProto
        {
            Name = name, DataType = OnnxTensor.OnnxTypeOf(values.dtype), Dims = { values.shape }, RawData = ByteString.CopyFrom(flat.bytes),
        });
        return this;
    }

    public OnnxModel Integers(string name, params long[] values) => Constant(name, torch.tensor(values, ScalarType.Int64));

    public OnnxModel Single(string name, float value) => Constant(name, torch.tensor(value));

    /// <summary>Ends with "y" flattened.</summary>
    public OnnxModel Flat() => Node("Flatten", ["y"], "logits", A("axis", 1L));

    private static ValueInfoProto Value(string name, long[] sizes)
    {
        TensorShapeProto shape = new() { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "N" } } };
        shape.Dim.AddRange(sizes.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        return new()
        {
            Name = name,
            Type = new TypeProto
            {
                TensorType = new TypeProto.Types.Tensor { ElemType = TensorProto.Types.DataType.Float, Shape = sizes.Length == 0 ? null
                    : shape },
            },
        };
    }
}
