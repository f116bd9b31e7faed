namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>
/// The source with the columns of a mapper added, lazily and in batches. Rows, ids, shuffling and cursor sets are the source's.
/// </summary>
internal sealed class BatchedDataView : IDataView
{
    private readonly IDataView _source;
    private readonly BatchMapper _mapper;
    private readonly int _batchSize;
    private readonly ColumnBindings _bindings;

    /// <param name="source">Where rows come from.</param>
    /// <param name="mapper">What to add, bound to the source's schema.</param>
    /// <param name="batchSize">How many rows are computed together at most, and how far a cursor runs ahead.</param>
    public BatchedDataView(IDataView source, BatchMapper mapper, int batchSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        _source = source;
        _mapper = mapper;
        _batchSize = batchSize;
        _bindings = new ColumnBindings(source.Schema, mapper);
    }

    public bool CanShuffle => _source.CanShuffle;

    public DataViewSchema Schema => _bindings.OutputSchema;

    public long? GetRowCount() => _source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = _bindings.Activate(columnsNeeded);
        return NeedsSecondCursor(active)
            ? CreateLockStepCursor(active)
            : CreateCursor(_source.GetRowCursor(active.Dependencies, rand), active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var active = _bindings.Activate(columnsNeeded);
        if (NeedsSecondCursor(active))
            return [CreateLockStepCursor(active)];
        return [.. _source.GetRowCursorSet(active.Dependencies, n, rand).Select(cursor => CreateCursor(cursor, active))];
    }

    private static bool NeedsSecondCursor(ColumnBindings.ActiveColumns active) =>
        active.ComputesAnything && active.PassedThrough.Any(column => !CellBuffer.CanHold(column));

    private DataViewRowCursor CreateCursor(DataViewRowCursor source, ColumnBindings.ActiveColumns active)
    {
        return active.ComputesAnything
            ? new BatchedCursor(source, inStep: null, _mapper, _bindings, active, _batchSize)
            : new PassThroughCursor(source, _bindings, active);
    }

    // Objects such as images belong to the row that gave them and can't be copied in general, so they can't be buffered. A second
    // cursor walks in step with the consumer for them. Neither is shuffled: only the source's own order is sure to come twice.
    private BatchedCursor CreateLockStepCursor(ColumnBindings.ActiveColumns active)
    {
        DataViewSchema.Column[] objects = [.. active.PassedThrough.Where(column => !CellBuffer.CanHold(column))];
        HashSet<int> read = [.. active.Read.Select(column => column.Index)];
        var ahead = active.Dependencies.Where(column => CellBuffer.CanHold(column) || read.Contains(column.Index));
        return new BatchedCursor(
            _source.GetRowCursor(ahead), _source.GetRowCursor(objects), _mapper, _bindings, active, _batchSize);
    }
}
