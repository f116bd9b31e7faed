using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Tool.Tables;

/// <summary>Where a column of the model is in a file.</summary>
/// <param name="Column">The column, of the schema in the model file.</param>
/// <param name="First">Its first column in the file, or null if the file has none.</param>
internal sealed record TableColumn(DataViewSchema.Column Column, int? First)
{
    /// <summary>How many columns of the file it takes.</summary>
    public int Length => Column.Type is VectorDataViewType vector ? vector.Size : 1;

    private DataViewType ItemType => Column.Type is VectorDataViewType vector ? vector.ItemType : Column.Type;

    private DataKind? Kind => ItemType is TextDataViewType ? DataKind.String
        : Enum.TryParse<DataKind>(ItemType.RawType.Name, out var kind) ? kind
        : null;

    /// <summary>Whether text can hold it.</summary>
    public bool IsReadable => Kind is not null && Length > 0;

    public static TableColumn Find(CsvFile file, DataViewSchema.Column column, DataViewSchema schema)
    {
        var isVector = column.Type is VectorDataViewType;
        string[] names = isVector
            ? [column.Name, $"{column.Name}[0]", $"{column.Name}.0", $"{column.Name}0"]
            : [column.Name];
        var first = names.Select(name => Array.IndexOf(file.Header, name)).FirstOrDefault(place => place >= 0, -1);
        TableColumn found = new(column, first < 0 ? null : first);
        if (first >= 0)
        {
            found.RequireLength(file, schema);
        }

        return found;
    }

    /// <summary>How a text loader reads it; a column that the file lacks lies behind its last and is empty.</summary>
    public TextLoader.Column ToLoaderColumn(int fileColumns)
    {
        var first = First ?? fileColumns;
        TextLoader.Column read = new(Column.Name, Kind!.Value, [Column.Type is VectorDataViewType ? new(first, first + Length - 1) : new(first)]);
        if (ItemType is KeyDataViewType key)
        {
            read.KeyCount = new(key.Count);
        }

        return read;
    }

    private void RequireLength(CsvFile file, DataViewSchema schema)
    {
        string[] following = [.. file.Header.Skip(First!.Value + 1).Take(Length - 1)];
        var other = following.FirstOrDefault(name => name != Column.Name && schema.GetColumnOrNull(name) is not null);
        if (following.Length < Length - 1 || other is not null)
        {
            var got = other is null ? $"{following.Length + 1} up to the last" : $"'{other}' among them";
            throw new InvalidDataException(
                $"'{file.Path}', column '{Column.Name}': expected {Length} columns side by side, as the model reads a vector, got {got}.");
        }
    }
}
