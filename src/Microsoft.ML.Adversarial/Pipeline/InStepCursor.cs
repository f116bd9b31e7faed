using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>A second cursor over the source that is always on the consumer's row, for cells that can't be buffered.</summary>
internal sealed class InStepCursor(DataViewRowCursor source) : IDisposable
{
    private readonly ValueGetter<DataViewRowId> _idGetter = source.GetIdGetter();
    private DataViewRowId _id;

    /// <summary>Moves on by one row, which must be the row with the given id.</summary>
    public void MoveTo(DataViewRowId id, long position)
    {
        var moved = source.MoveNext();
        if (moved)
            _idGetter(ref _id);
        if (!moved || !_id.Equals(id))
        {
            throw new InvalidOperationException(
                $"Row {position}: expected the id {id} from a second cursor over the same data, "
                + $"got {(moved ? _id.ToString() : "the end")}; "
                + "columns of objects such as images need data whose order is the same each time: put ml.Data.Cache after what shuffles or "
                + "filters it and before images are loaded, or drop those columns.");
        }
    }

    public ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => source.GetGetter<TValue>(source.Schema[column.Index]);

    public void Dispose() => source.Dispose();
}
