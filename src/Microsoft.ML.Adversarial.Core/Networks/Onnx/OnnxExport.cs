using Google.Protobuf;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.Networks.Onnx.Format;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx;

/// <summary>Writes a network as an ONNX model: its normalisation, then its layers, in evaluation mode.</summary>
internal static class OnnxExport
{
    public const string Input = "input";
    public const string Output = "logits";

    // Operators that every runtime since 2022 knows.
    private const int Opset = 17;
    private const int FormatVersion = 8;

    public static void Write(Stream stream, NetworkDefinition definition, IReadOnlyDictionary<string, Tensor> state, ScalarType type)
    {
        GraphProto graph = new() { Name = "network" };
        graph.Input.Add(Value(Input, type, definition.InputShape!));
        graph.Output.Add(Value(Output, type, [definition.ClassCount!.Value]));
        OnnxWriter onnx = new(graph, state, type);
        var prepared = Normalised(onnx, definition);
        var logits = LayerChain.WriteOnnx(definition.Layers, onnx, prepared, [.. definition.InputShape!]);
        graph.Node.Add(new NodeProto { Name = "/logits", OpType = "Identity", Input = { logits }, Output = { Output } });
        ModelProto model = new()
        {
            IrVersion = FormatVersion, ProducerName = typeof(OnnxExport).Assembly.GetName().Name, Graph = graph,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = Opset } },
        };
        model.WriteTo(stream);
    }

    private static string Normalised(OnnxWriter onnx, NetworkDefinition definition)
    {
        if (definition.Normalisation is not { IsIdentity: false } normalisation)
        {
            return Input;
        }

        using var scope = NewDisposeScope();
        string PerChannel(IReadOnlyList<double> values) => onnx.Constant(
            tensor(values.ToArray(), ScalarType.Float64).reshape([values.Count, .. Enumerable.Repeat(1L, definition.InputShape!.Count - 1)]));
        var centred = onnx.Node("Sub", [Input, PerChannel(normalisation.Mean)]);
        return onnx.Node("Div", [centred, PerChannel(normalisation.StandardDeviation)]);
    }

    private static ValueInfoProto Value(string name, ScalarType type, IEnumerable<long> sizes)
    {
        TensorShapeProto shape = new() { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "N" } } };
        shape.Dim.AddRange(sizes.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        return new()
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = OnnxTensor.OnnxTypeOf(type), Shape = shape } },
        };
    }
}
