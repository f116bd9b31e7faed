using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.TestData;

/// <summary>The cells of chosen columns by row id, as numbers: Booleans are 0 or 1, keys themselves, vectors laid out.</summary>
internal static class Cells
{
    public static Dictionary<DataViewRowId, float[]> Read(IDataView view, params IEnumerable<string> columns)
    {
        var chosen = columns.Select(name => view.Schema[name]).ToArray();
        using var cursor = view.GetRowCursor(chosen);
        return Read(cursor, chosen);
    }

    public static Dictionary<DataViewRowId, float[]> Read(DataViewRowCursor cursor, params IReadOnlyList<DataViewSchema.Column> columns)
    {
        var cells = new Dictionary<DataViewRowId, float[]>();
        var read = Reader(cursor, columns);
        var getId = cursor.GetIdGetter();
        DataViewRowId id = default;
        while (cursor.MoveNext())
        {
            getId(ref id);
            cells.Add(id, read());
        }

        return cells;
    }

    /// <summary>A function that reads the current row.</summary>
    public static Func<float[]> Reader(DataViewRow row, params IReadOnlyList<DataViewSchema.Column> columns)
    {
        var readers = columns.Select(column => Reader(row, row.Schema[column.Index])).ToArray();
        return () => [.. readers.SelectMany(read => read())];
    }

    /// <summary>The values of a column of keys, in the order of the keys.</summary>
    public static string[] KeyValues(DataViewSchema.Column column)
    {
        VBuffer<ReadOnlyMemory<char>> values = default;
        column.GetKeyValues(ref values);
        return [.. values.DenseValues().Select(value => value.ToString())];
    }

    public static void AreEqual(
        Dictionary<DataViewRowId, float[]> expected, Dictionary<DataViewRowId, float[]> actual, float tolerance, string message = "")
    {
        CollectionAssert.AreEquivalent(expected.Keys, actual.Keys, message);
        foreach (var (id, cells) in expected)
            AreEqual(cells, actual[id], tolerance, $"{message} row {id}");
    }

    public static void AreEqual(float[] expected, float[] actual, float tolerance, string message)
    {
        Assert.HasCount(expected.Length, actual, message);
        for (var i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], tolerance * Math.Max(1, Math.Abs(expected[i])), $"{message}, cell {i}");
    }

    private static Func<float[]> Reader(DataViewRow row, DataViewSchema.Column column) => column.Type switch
    {
        VectorDataViewType => Reader<VBuffer<float>>(row, column, value => [.. value.DenseValues()]),
        BooleanDataViewType => Reader<bool>(row, column, value => [value ? 1 : 0]),
        KeyDataViewType => Reader<uint>(row, column, value => [value]),
        _ => Reader<float>(row, column, value => [value]),
    };

    private static Func<float[]> Reader<T>(DataViewRow row, DataViewSchema.Column column, Func<T, float[]> convert)
    {
        var getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return convert(value);
        };
    }
}
