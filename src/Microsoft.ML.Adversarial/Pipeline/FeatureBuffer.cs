using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>
/// A Vector&lt;Single&gt; column, dense or sparse, read into contiguous rows of <see cref="Length"/> floats, as a tensor
/// [capacity, length] is. A row whose vector has another length is an error; so is NaN or infinity if only finite values will do.
/// </summary>
internal sealed class FeatureBuffer
{
    private readonly string _columnName;
    private readonly bool _mustBeFinite;
    private readonly ValueGetter<VBuffer<float>> _getter;
    private VBuffer<float> _cell;

    /// <param name="input">The row to read.</param>
    /// <param name="column">A column of the input's schema, or the same column of an equal schema.</param>
    /// <param name="length">The length that every vector must have; the column's type may leave it open.</param>
    /// <param name="capacity">How many rows there is room for.</param>
    /// <param name="mustBeFinite">Whether NaN and infinity are errors.</param>
    public FeatureBuffer(DataViewRow input, DataViewSchema.Column column, int length, int capacity, bool mustBeFinite = false)
    {
        CheckType(column, length);
        Length = length;
        Values = new float[checked(capacity * length)];
        _columnName = column.Name;
        _mustBeFinite = mustBeFinite;
        _getter = input.GetGetter<VBuffer<float>>(input.Schema[column.Index]);
    }

    public int Length { get; }

    public float[] Values { get; }

    /// <summary>Throws unless the column is a vector of Single of the given or of unknown length.</summary>
    public static void CheckType(DataViewSchema.Column column, int length)
    {
        var fits = column.Type is VectorDataViewType vector
            && vector.ItemType == NumberDataViewType.Single
            && (vector.Size == length || vector.Size == 0);
        if (!fits)
        {
            throw new ArgumentException(
                $"Column '{column.Name}': expected a vector of {length} Single, got {column.Type}; use the column that the model was "
                + "trained on, or convert this one (ConvertType, Concatenate, ExtractPixels).",
                nameof(column));
        }
    }

    public Span<float> Row(int slot) => Values.AsSpan(slot * Length, Length);

    /// <summary>The first <paramref name="count"/> rows.</summary>
    public Span<float> Rows(int count) => Values.AsSpan(0, count * Length);

    public void Read(int slot, long position)
    {
        _getter(ref _cell);
        if (_cell.Length != Length)
        {
            throw new InvalidOperationException(
                $"Row {position}, column '{_columnName}': expected a vector of {Length} Single, got {_cell.Length}; "
                + "drop or mend this row.");
        }

        var row = Row(slot);
        _cell.CopyTo(row);
        if (_mustBeFinite)
            CheckFinite(row, position);
    }

    private void CheckFinite(ReadOnlySpan<float> row, long position)
    {
        for (var i = 0; i < row.Length; i++)
        {
            if (!float.IsFinite(row[i]))
            {
                throw new InvalidOperationException(
                    $"Row {position}, column '{_columnName}', slot {i}: expected a finite number, got {row[i]}; "
                    + "replace missing values (ReplaceMissingValues) or drop this row.");
            }
        }
    }
}
