using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Tool.Scoring;

/// <summary>Reads the cells of one scalar column of a view into a column of results.</summary>
internal sealed record CellReader(ScoreColumn Column, Action Read)
{
    /// <summary>A reader, or null for vectors, images and other values that a table has no place for.</summary>
    public static CellReader? For(DataViewRow row, DataViewSchema.Column column) => column.Type switch
    {
        KeyDataViewType key => ForKey(row, column, key),
        TextDataViewType => For<ReadOnlyMemory<char>, string>(row, column, text => text.ToString()),
        BooleanDataViewType => For<bool, bool>(row, column, value => value),
        NumberDataViewType number => ForNumber(row, column, number.RawType),
        _ => null,
    };

    private static CellReader? ForNumber(DataViewRow row, DataViewSchema.Column column, Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Single => For<float, float>(row, column, value => value),
        TypeCode.Double => For<double, double>(row, column, value => value),
        TypeCode.Byte => For<byte, long>(row, column, value => value),
        TypeCode.SByte => For<sbyte, long>(row, column, value => value),
        TypeCode.Int16 => For<short, long>(row, column, value => value),
        TypeCode.UInt16 => For<ushort, long>(row, column, value => value),
        TypeCode.Int32 => For<int, long>(row, column, value => value),
        TypeCode.UInt32 => For<uint, long>(row, column, value => value),
        TypeCode.Int64 => For<long, long>(row, column, value => value),
        _ => null,
    };

    // Key 0 means missing.
    private static CellReader? ForKey(DataViewRow row, DataViewSchema.Column column, KeyDataViewType key)
    {
        var classes = new ClassColumn(column.Name, LabelValues.Read(column)?.Values);
        return Type.GetTypeCode(key.RawType) switch
        {
            TypeCode.Byte => Into<byte, long>(classes, row, column, value => value - 1L),
            TypeCode.UInt16 => Into<ushort, long>(classes, row, column, value => value - 1L),
            TypeCode.UInt32 => Into<uint, long>(classes, row, column, value => value - 1L),
            TypeCode.UInt64 => Into<ulong, long>(classes, row, column, value => (long)value - 1),
            _ => null,
        };
    }

    private static CellReader For<TCell, TValue>(DataViewRow row, DataViewSchema.Column column, Func<TCell, TValue> convert) =>
        Into(new ScoreColumn<TValue>(column.Name), row, column, convert);

    private static CellReader Into<TCell, TValue>(
        ScoreColumn<TValue> values, DataViewRow row, DataViewSchema.Column column, Func<TCell, TValue> convert)
    {
        var getter = row.GetGetter<TCell>(column);
        TCell cell = default!;
        return new(values, () =>
        {
            getter(ref cell);
            values.Add(convert(cell));
        });
    }
}
