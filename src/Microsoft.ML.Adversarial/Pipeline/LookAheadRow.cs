using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>
/// The source's current row as a computation sees it while the batch is being filled. A cell that is buffered anyway is taken from
/// the buffer, because asking the source twice would make lazy columns (decoding an image, say) be computed twice.
/// </summary>
internal sealed class LookAheadRow(DataViewRowCursor source, CellBuffer?[] buffers, Func<int> slot) : DataViewRow
{
    public override long Position => source.Position;

    public override long Batch => source.Batch;

    public override DataViewSchema Schema => source.Schema;

    public override bool IsColumnActive(DataViewSchema.Column column) => source.IsColumnActive(column);

    public override ValueGetter<DataViewRowId> GetIdGetter() => source.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        return buffers[column.Index] is { } buffer
            ? TypedGetter.Cast<TValue>(buffer.CreateGetter(slot), column)
            : source.GetGetter<TValue>(column);
    }
}
