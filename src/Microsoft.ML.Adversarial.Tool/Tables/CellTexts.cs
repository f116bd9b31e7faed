using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Tool.Tables;

/// <summary>Cells as texts that a text loader reads as the same values: one of a scalar, one per slot of a vector.</summary>
internal static class CellTexts
{
    public static Func<string[]> Of(DataViewRow row, DataViewSchema.Column column) =>
        column.Type is TextDataViewType ? Scalar<ReadOnlyMemory<char>>(row, column, text => text.ToString())
        : Type.GetTypeCode(column.Type is VectorDataViewType vector ? vector.ItemType.RawType : column.Type.RawType) switch
        {
            TypeCode.Boolean => Scalar<bool>(row, column, value => value ? "true" : "false"),
            TypeCode.Single => Number<float>(row, column),
            TypeCode.Double => Number<double>(row, column),
            TypeCode.SByte => Number<sbyte>(row, column),
            TypeCode.Byte => Number<byte>(row, column),
            TypeCode.Int16 => Number<short>(row, column),
            TypeCode.UInt16 => Number<ushort>(row, column),
            TypeCode.Int32 => Number<int>(row, column),
            TypeCode.UInt32 => Number<uint>(row, column),
            TypeCode.Int64 => Number<long>(row, column),
            TypeCode.UInt64 => Number<ulong>(row, column),
            _ => throw new InvalidDataException($"Column '{column.Name}': expected numbers, text, keys or Booleans, got {column.Type}."),
        };

    private static Func<string[]> Number<T>(DataViewRow row, DataViewSchema.Column column)
        where T : IConvertible, IFormattable
    {
        static string Text(T value) => value.ToString(null, CultureInfo.InvariantCulture);

        if (column.Type is VectorDataViewType)
        {
            var getter = row.GetGetter<VBuffer<T>>(column);
            VBuffer<T> cell = default;
            return () =>
            {
                getter(ref cell);
                return [.. cell.DenseValues().Select(Text)];
            };
        }

        // In a view keys begin at 1 and 0 is a missing one, in text they begin at 0.
        return column.Type is KeyDataViewType
            ? Scalar<T>(row, column, value => value.ToUInt64(null) is var key and > 0 ? (key - 1).ToString(CultureInfo.InvariantCulture) : "")
            : Scalar<T>(row, column, Text);
    }

    private static Func<string[]> Scalar<T>(DataViewRow row, DataViewSchema.Column column, Func<T, string> text)
    {
        var getter = row.GetGetter<T>(column);
        T cell = default!;
        return () =>
        {
            getter(ref cell);
            return [text(cell)];
        };
    }
}
