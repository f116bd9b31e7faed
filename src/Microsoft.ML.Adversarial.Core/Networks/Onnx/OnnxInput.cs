using Microsoft.ML.Adversarial.Networks.Onnx.Format;
using static TorchSharp.torch;
using DataType = Microsoft.ML.Adversarial.Networks.Onnx.Format.TensorProto.Types.DataType;

namespace Microsoft.ML.Adversarial.Networks.Onnx;

/// <summary>What a model says of its input: the shape of one row, the type, and the number of rows where that is fixed.</summary>
internal static class OnnxInput
{
    private const int MaximumAxes = 8;

    public static (long[] Shape, ScalarType Type, long? Rows) Of(ValueInfoProto input, IReadOnlyList<long>? given, string source)
    {
        var where = $"{source}: input '{input.Name}'";
        var tensor = input.Type?.TensorType ?? throw new InvalidDataException($"{where}: expected a tensor, got another type.");
        var type = tensor.ElemType == DataType.Double ? ScalarType.Float64 : ScalarType.Float32;
        TensorShapeProto.Types.Dimension[] declared = [.. tensor.Shape?.Dim ?? []];
        var rows = declared is [{ ValueCase: TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue, DimValue: > 0 } first, ..]
            ? first.DimValue : (long?)null;
        if (given is null)
        {
            return (Checked([.. declared.Skip(1).Select(one => one.DimValue)], where), type, rows);
        }

        var fits = declared.Length == 0 || (declared.Length == given.Count + 1
            && declared.Skip(1).Zip(given).All(pair => pair.First.DimValue <= 0 || pair.First.DimValue == pair.Second));
        return fits
            ? (Checked([.. given], where), type, rows)
            : throw new ArgumentException(
                $"{where}: expected the shape of one row {TensorShape.Text(declared.Skip(1).Select(one => one.DimValue))}, where 0 is free, got {TensorShape.Text(given)}.");
    }

    private static long[] Checked(long[] shape, string where) =>
        shape.Length is >= 1 and <= MaximumAxes && shape.All(size => size >= 1)
            && TensorShape.ElementCount(shape) <= OnnxImport.MaximumElementCount / (OnnxValue.FewRows + 1)
            ? shape
            : throw new InvalidDataException(
                $"{where}: expected [rows, …] with 1 to {MaximumAxes} sizes of at least 1 after the rows, got {TensorShape.Text(shape)}, where 0 stands for one that the model leaves open. Give the shape of one row.");
}
