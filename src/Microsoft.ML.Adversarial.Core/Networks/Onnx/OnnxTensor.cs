using System.Runtime.InteropServices;
using Microsoft.ML.Adversarial.Networks.Onnx.Format;
using TorchSharp;
using static TorchSharp.torch;
using DataType = Microsoft.ML.Adversarial.Networks.Onnx.Format.TensorProto.Types.DataType;

namespace Microsoft.ML.Adversarial.Networks.Onnx;

/// <summary>Tensors of a model. Sizes are checked against the bytes that are there before anything is allocated.</summary>
internal static class OnnxTensor
{
    // libtorch handles at most this many axes.
    private const int MaximumAxes = 64;

    private static readonly IReadOnlyList<(DataType Onnx, ScalarType Type, int Size)> Types =
    [
        (DataType.Float, ScalarType.Float32, 4),
        (DataType.Double, ScalarType.Float64, 8),
        (DataType.Float16, ScalarType.Float16, 2),
        (DataType.Bfloat16, ScalarType.BFloat16, 2),
        (DataType.Int64, ScalarType.Int64, 8),
        (DataType.Int32, ScalarType.Int32, 4),
        (DataType.Int16, ScalarType.Int16, 2),
        (DataType.Int8, ScalarType.Int8, 1),
        (DataType.Uint8, ScalarType.Byte, 1),
        (DataType.Bool, ScalarType.Bool, 1),
    ];

    /// <summary>The type that values of a type are computed in: half precision is widened to Float32.</summary>
    public static ScalarType TypeOf(DataType type, string where) => Widened(Row(type, where).Type);

    public static DataType OnnxTypeOf(ScalarType type) => Types.First(row => row.Type == type).Onnx;

    public static long ByteCount(TensorProto tensor, string where)
    {
        var count = ElementCount(tensor, where);
        var bytes = (Int128)count * Row(tensor.DataType, where).Size;
        return bytes <= Array.MaxLength
            ? (long)bytes
            : throw new InvalidDataException(
                $"{where}: expected at most {Array.MaxLength} bytes, got {bytes} for the shape {TensorShape.Text(tensor.Dims)}.");
    }

    /// <summary>A tensor on the CPU, which the current dispose scope owns.</summary>
    public static Tensor Read(TensorProto tensor, string where)
    {
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
        {
            throw new InvalidDataException(
                $"{where}: expected its values in the model, got a reference to a file beside it. Load the model by its path.");
        }

        var type = Row(tensor.DataType, where);
        var count = ElementCount(tensor, where);
        if (tensor.RawData.Length > 0 || count == 0)
        {
            return tensor.RawData.Length == ByteCount(tensor, where)
                ? FromBytes(tensor.RawData.Span, tensor, type.Type)
                : throw WrongLength(tensor, count, $"{tensor.RawData.Length} bytes", where);
        }

        return type.Onnx switch
        {
            DataType.Float => FromValues<float>([.. tensor.FloatData], tensor, type.Type, where),
            DataType.Double => FromValues<double>([.. tensor.DoubleData], tensor, type.Type, where),
            DataType.Int64 => FromValues<long>([.. tensor.Int64Data], tensor, type.Type, where),
            DataType.Int32 => FromValues<int>([.. tensor.Int32Data], tensor, type.Type, where),

            // Narrower types lie one by one in 32 bits.
            DataType.Int16 or DataType.Float16 or DataType.Bfloat16 =>
                FromValues<short>([.. tensor.Int32Data.Select(value => unchecked((short)value))], tensor, type.Type, where),
            _ => FromValues<byte>([.. tensor.Int32Data.Select(value => unchecked((byte)value))], tensor, type.Type, where),
        };
    }

    private static (DataType Onnx, ScalarType Type, int Size) Row(DataType type, string where)
    {
        var row = Types.FirstOrDefault(row => row.Onnx == type);
        return row.Size > 0
            ? row
            : throw new NotSupportedException($"{where}: expected a type among {string.Join(", ", Types.Select(one => one.Onnx))}, got {type}.");
    }

    private static long ElementCount(TensorProto tensor, string where) =>
        tensor.Dims.Count <= MaximumAxes && tensor.Dims.All(size => size >= 0)
            ? TensorShape.ElementCount(tensor.Dims)
            : throw new InvalidDataException(
                $"{where}: expected at most {MaximumAxes} axes of sizes of at least 0, got {TensorShape.Text(tensor.Dims.Take(MaximumAxes + 1))}.");

    private static Tensor FromValues<T>(T[] values, TensorProto tensor, ScalarType type, string where)
        where T : struct
    {
        var count = ElementCount(tensor, where);
        return values.Length == count
            ? FromBytes(MemoryMarshal.AsBytes(values.AsSpan()), tensor, type)
            : throw WrongLength(tensor, count, $"{values.Length} values", where);
    }

    private static Tensor FromBytes(ReadOnlySpan<byte> bytes, TensorProto tensor, ScalarType type)
    {
        var values = torch.empty([.. tensor.Dims], type);
        if (bytes.Length > 0)
        {
            using var flat = values.view(-1);
            bytes.CopyTo(flat.bytes);
        }

        return Widened(type) == type ? values : values.to(Widened(type));
    }

    private static ScalarType Widened(ScalarType type) => type is ScalarType.Float16 or ScalarType.BFloat16 ? ScalarType.Float32 : type;

    private static InvalidDataException WrongLength(TensorProto tensor, long count, string got, string where) => new(
        $"{where}: expected {count} values of {tensor.DataType} for the shape {TensorShape.Text(tensor.Dims)}, got {got}. The model is damaged.");
}
