using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.TestData;

/// <summary>Every visible cell of a view as text, exact to the last bit, a line per row: what two processes compare.</summary>
internal static class RowText
{
    public static IEnumerable<string> Of(IDataView view)
    {
        var columns = view.Schema.Where(column => !column.IsHidden).ToArray();
        yield return string.Join(' ', columns.Select(column => $"{column.Name}:{column.Type}"));
        using var cursor = view.GetRowCursor(columns);
        var readers = columns.Select(column => Reader(cursor, column)).ToArray();
        while (cursor.MoveNext())
            yield return string.Join(' ', readers.Select(read => read()));
    }

    private static Func<string> Reader(DataViewRow row, DataViewSchema.Column column) => column.Type switch
    {
        VectorDataViewType { ItemType: TextDataViewType } => Reader<VBuffer<ReadOnlyMemory<char>>>(
            row, column, value => string.Join(',', value.DenseValues())),
        VectorDataViewType => Reader<VBuffer<float>>(row, column, value => string.Join(',', value.DenseValues().Select(Text))),
        BooleanDataViewType => Reader<bool>(row, column, value => value.ToString()),
        KeyDataViewType => Reader<uint>(row, column, value => value.ToString(CultureInfo.InvariantCulture)),
        TextDataViewType => Reader<ReadOnlyMemory<char>>(row, column, value => value.ToString()),
        _ => Reader<float>(row, column, Text),
    };

    private static string Text(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static Func<string> Reader<T>(DataViewRow row, DataViewSchema.Column column, Func<T, string> text)
    {
        var getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return text(value);
        };
    }
}
