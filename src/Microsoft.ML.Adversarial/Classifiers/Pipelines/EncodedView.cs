using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Classifiers.Pipelines;

/// <summary>
/// Features as the rows of a view that a chain can read. Columns that they say nothing about are those of an original view, or empty where
/// there is none.
/// </summary>
internal sealed class EncodedView(DataViewSchema schema, InputColumns columns, IDataView? original) : IDataView
{
    private readonly Dictionary<int, InputColumn> _columns = columns.Columns.ToDictionary(column => schema[column.Column.Name].Index);

    public DataViewSchema Schema { get; } = schema;

    public bool CanShuffle => false;

    /// <summary>The features of all rows, one after the other; read when a cursor begins.</summary>
    public float[] Values { get; set; } = [];

    /// <summary>
    /// Whether objects such as images end with their row, as suits a chain that is asked for scores, so that memory stays flat; else whoever reads
    /// them owns them. Default false.
    /// </summary>
    public bool OwnsObjects { get; init; }

    public long? GetRowCount() => Values.Length / columns.Width;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] needed = [.. columnsNeeded];
        return new Cursor(
            this, [.. needed.Select(column => column.Index)],
            original?.GetRowCursor(needed.Where(column => !_columns.ContainsKey(column.Index)).Select(column => original.Schema[column.Index])));
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(EncodedView view, HashSet<int> active, DataViewRowCursor? original) : DataViewRowCursor
    {
        private readonly FeatureRows _rows = new(view.Values, view.Width, view.OwnsObjects);
        private bool _isPastEnd;

        public override long Position => _rows.Position;

        public override long Batch => 0;

        public override DataViewSchema Schema => view.Schema;

        public override bool MoveNext()
        {
            // Those that read ahead ask again after the end.
            var moved = !_isPastEnd && _rows.Position + 1 < _rows.Count && original?.MoveNext() != false;
            _isPastEnd = !moved;
            _rows.Position = moved ? _rows.Position + 1 : -1;
            return moved;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() => original?.GetIdGetter()
            ?? ((ref DataViewRowId value) => value = new((ulong)Position, 0));

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsColumnActive(column))
            {
                throw new ArgumentException($"Column '{column.Name}': expected a column that the cursor was created with.", nameof(column));
            }

            return view._columns.TryGetValue(column.Index, out var encoded) ? TypedGetter.Cast<TValue>(encoded.CreateGetter(_rows), column)
                : original is not null ? original.GetGetter<TValue>(original.Schema[column.Index])
                : (ref TValue value) => value = default!;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _rows.Dispose();
                original?.Dispose();
            }

            base.Dispose(disposing);
        }
    }

    private int Width => columns.Width;
}
