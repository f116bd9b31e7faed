using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Adversarial.Classifiers.Pipelines;

/// <summary>The columns that a chain's score depends on, side by side as features.</summary>
internal sealed class InputColumns
{
    // Beyond this a column is no category but an identifier or free text.
    private const int MostCategories = 1000;

    private readonly InputColumn[] _columns;

    /// <param name="data">Rows in which categories are found.</param>
    /// <param name="needed">The columns that the score depends on.</param>
    /// <param name="options">Which of them may change.</param>
    public InputColumns(IDataView data, IReadOnlyList<DataViewSchema.Column> needed, PipelineClassifierOptions options)
    {
        foreach (var name in (options.NumberColumns ?? []).Concat(options.CategoryColumns))
        {
            if (!needed.Any(column => column.Name == name))
            {
                throw new ArgumentException(
                    $"Column '{name}': expected one of the columns that the scores depend on, {string.Join(", ", needed.Select(column => column.Name))}. An attack on other columns changes nothing.");
            }
        }

        var columns = new List<InputColumn>();
        var width = 0;
        foreach (var column in needed)
        {
            var added = Of(column, width, data, options);
            width += added.Length;
            columns.Add(added);
        }

        _columns = [.. columns];
        Width = width;
        Features = [.. _columns.SelectMany(column => column.Features)];
        if (Features.All(feature => feature.Kind == PipelineFeatureKind.Frozen))
        {
            throw new ArgumentException(
                $"Expected at least one column that an attack may change, got none: the scores depend on {string.Join(", ", needed.Select(column => $"{column.Name} ({column.Type})"))}. Numbers and images are columns of their own accord; name columns of text, keys or Booleans as {nameof(PipelineClassifierOptions.CategoryColumns)}.");
        }
    }

    public int Width { get; }

    /// <summary>The shape of a row's features: that of the column where there is one only.</summary>
    public IReadOnlyList<long> Shape => _columns is [var single] ? single.Shape : [Width];

    public IReadOnlyList<PipelineFeature> Features { get; }

    public IReadOnlyList<InputColumn> Columns => _columns;

    /// <summary>Reads all rows, one after the other.</summary>
    public float[] Read(IDataView data)
    {
        Require(data.Schema);
        using var cursor = data.GetRowCursor(_columns.Select(column => data.Schema[column.Column.Name]));
        Action<Span<float>>[] readers = [.. _columns.Select(column => column.CreateReader(cursor, cursor.Schema[column.Column.Name]))];
        var rows = new List<float>();
        var features = new float[Width];
        while (cursor.MoveNext())
        {
            foreach (var read in readers)
            {
                read(features);
            }

            rows.AddRange(features);
        }

        return [.. rows];
    }

    private void Require(DataViewSchema schema)
    {
        var problems = _columns.Select(column => (column.Column, Got: schema.GetColumnOrNull(column.Column.Name)))
            .Where(pair => pair.Got is not { } got || !Fits(pair.Column.Type, got.Type))
            .Select(pair => pair.Got is { } got
                ? $"'{pair.Column.Name}' is {got.Type}, expected {pair.Column.Type}"
                : $"'{pair.Column.Name}' is missing, expected {pair.Column.Type}")
            .ToArray();
        if (problems.Length > 0)
        {
            throw new ArgumentException($"Expected rows with the columns that the model reads; {string.Join("; ", problems)}.");
        }
    }

    private static bool Fits(DataViewType expected, DataViewType got) => expected.RawType == got.RawType
        && (expected is KeyDataViewType) == (got is KeyDataViewType)
        && (expected as VectorDataViewType)?.Size == (got as VectorDataViewType)?.Size;

    private static InputColumn Of(DataViewSchema.Column column, int first, IDataView data, PipelineClassifierOptions options)
    {
        var mayChange = options.NumberColumns?.Contains(column.Name);
        if (options.CategoryColumns.Contains(column.Name))
        {
            return Category(column, first, data);
        }

        if (column.Type is ImageDataViewType)
        {
            return ImageColumn.Of(column, first, data, isFrozen: mayChange == false);
        }

        if (column.Type is VectorDataViewType { ItemType: NumberDataViewType } vector)
        {
            return vector.IsKnownSize
                ? Vector(vector.ItemType, column, first, isFrozen: mayChange == false)
                : throw Unfit(column, "a vector of known size");
        }

        return column.Type is NumberDataViewType && mayChange != false ? Number(column, first)
            : mayChange == true ? throw Unfit(column, "numbers")
            : Frozen(column, first);
    }

    private static InputColumn Number(DataViewSchema.Column column, int first) => Type.GetTypeCode(column.Type.RawType) switch
    {
        TypeCode.Single => new NumberColumn<float>(column, first),
        TypeCode.Double => new NumberColumn<double>(column, first),
        TypeCode.SByte => new NumberColumn<sbyte>(column, first),
        TypeCode.Byte => new NumberColumn<byte>(column, first),
        TypeCode.Int16 => new NumberColumn<short>(column, first),
        TypeCode.UInt16 => new NumberColumn<ushort>(column, first),
        TypeCode.Int32 => new NumberColumn<int>(column, first),
        TypeCode.UInt32 => new NumberColumn<uint>(column, first),
        TypeCode.Int64 => new NumberColumn<long>(column, first),
        TypeCode.UInt64 => new NumberColumn<ulong>(column, first),
        _ => throw Unfit(column, "numbers"),
    };

    private static InputColumn Vector(DataViewType item, DataViewSchema.Column column, int first, bool isFrozen) => Type.GetTypeCode(item.RawType) switch
    {
        TypeCode.Single => new NumberVectorColumn<float>(column, first, isFrozen),
        TypeCode.Double => new NumberVectorColumn<double>(column, first, isFrozen),
        TypeCode.SByte => new NumberVectorColumn<sbyte>(column, first, isFrozen),
        TypeCode.Byte => new NumberVectorColumn<byte>(column, first, isFrozen),
        TypeCode.Int16 => new NumberVectorColumn<short>(column, first, isFrozen),
        TypeCode.UInt16 => new NumberVectorColumn<ushort>(column, first, isFrozen),
        TypeCode.Int32 => new NumberVectorColumn<int>(column, first, isFrozen),
        TypeCode.UInt32 => new NumberVectorColumn<uint>(column, first, isFrozen),
        TypeCode.Int64 => new NumberVectorColumn<long>(column, first, isFrozen),
        TypeCode.UInt64 => new NumberVectorColumn<ulong>(column, first, isFrozen),
        _ => throw Unfit(column, "numbers"),
    };

    private static InputColumn Frozen(DataViewSchema.Column column, int first) => column.Type switch
    {
        TextDataViewType => new FrozenColumn<ReadOnlyMemory<char>>(column, first),
        VectorDataViewType { ItemType: TextDataViewType } => new FrozenColumn<VBuffer<ReadOnlyMemory<char>>>(column, first),
        DateTimeDataViewType => new FrozenColumn<DateTime>(column, first),
        DateTimeOffsetDataViewType => new FrozenColumn<DateTimeOffset>(column, first),
        TimeSpanDataViewType => new FrozenColumn<TimeSpan>(column, first),
        _ => Type.GetTypeCode(column.Type is PrimitiveDataViewType ? column.Type.RawType : null) switch
        {
            TypeCode.Boolean => new FrozenColumn<bool>(column, first),
            TypeCode.Single => new FrozenColumn<float>(column, first),
            TypeCode.Double => new FrozenColumn<double>(column, first),
            TypeCode.SByte => new FrozenColumn<sbyte>(column, first),
            TypeCode.Byte => new FrozenColumn<byte>(column, first),
            TypeCode.Int16 => new FrozenColumn<short>(column, first),
            TypeCode.UInt16 => new FrozenColumn<ushort>(column, first),
            TypeCode.Int32 => new FrozenColumn<int>(column, first),
            TypeCode.UInt32 => new FrozenColumn<uint>(column, first),
            TypeCode.Int64 => new FrozenColumn<long>(column, first),
            TypeCode.UInt64 => new FrozenColumn<ulong>(column, first),
            _ => throw Unfit(column, "numbers, images, text, keys, Booleans or times"),
        },
    };

    private static InputColumn Category(DataViewSchema.Column column, int first, IDataView data) => column.Type switch
    {
        TextDataViewType => Category<ReadOnlyMemory<char>>(column, first, data),
        BooleanDataViewType => Category<bool>(column, first, data),
        KeyDataViewType key when key.RawType == typeof(byte) => Category<byte>(column, first, data),
        KeyDataViewType key when key.RawType == typeof(ushort) => Category<ushort>(column, first, data),
        KeyDataViewType key when key.RawType == typeof(uint) => Category<uint>(column, first, data),
        KeyDataViewType => Category<ulong>(column, first, data),
        _ => throw Unfit(column, "text, keys or Booleans"),
    };

    private static CategoryColumn<T> Category<T>(DataViewSchema.Column column, int first, IDataView data)
    {
        var values = new CellValues<T>();
        using var cursor = data.GetRowCursor([column]);
        var getter = cursor.GetGetter<T>(column);
        T cell = default!;
        while (cursor.MoveNext())
        {
            getter(ref cell);
            if (values.Add(cell) == MostCategories)
            {
                throw new ArgumentException(
                    $"Column '{column.Name}': expected at most {MostCategories} categories, got more. Leave it out of {nameof(PipelineClassifierOptions.CategoryColumns)}: then it stays as it is.");
            }
        }

        return values.Count >= 2
            ? new(column, first, values, [.. Enumerable.Range(0, values.Count).Select(place => CellValues<T>.Text(values[place]))])
            : throw new ArgumentException(
                $"Column '{column.Name}': expected at least 2 categories to change between, got {values.Count} in the rows that the classifier is made with.");
    }

    private static ArgumentException Unfit(DataViewSchema.Column column, string expected) => new(
        $"Column '{column.Name}': expected {expected}, got {column.Type}. The scores depend on it, and an attack cannot make such values: apply the steps that read it first, and attack the rest of the chain.");
}
