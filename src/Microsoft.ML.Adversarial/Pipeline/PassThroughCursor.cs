using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>The source's rows under the wider schema, for consumers that want none of the added columns: nothing is read ahead.</summary>
internal sealed class PassThroughCursor(
    DataViewRowCursor source, ColumnBindings bindings, ColumnBindings.ActiveColumns active) : DataViewRowCursor
{
    public override long Position => source.Position;

    public override long Batch => source.Batch;

    public override DataViewSchema Schema => bindings.OutputSchema;

    public override bool MoveNext() => source.MoveNext();

    public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column);

    public override ValueGetter<DataViewRowId> GetIdGetter() => source.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        active.Check(column);
        return source.GetGetter<TValue>(source.Schema[column.Index]);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            source.Dispose();
        base.Dispose(disposing);
    }
}
