using System.Runtime.ExceptionServices;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>
/// Runs ahead of its consumer by a batch, so that the rows of the batch can be computed together when the first getter asks.
/// A failure while running ahead is kept until the consumer reaches the row (or cell) that it belongs to.
/// </summary>
internal sealed class BatchedCursor : DataViewRowCursor
{
    private readonly DataViewRowCursor _source;
    private readonly InStepCursor? _inStep;
    private readonly ColumnBindings _bindings;
    private readonly ColumnBindings.ActiveColumns _active;
    private readonly BatchComputation _computation;
    private readonly int _batchSize;

    private readonly CellBuffer?[] _cells;
    private readonly CellBuffer[] _activeCells;
    private readonly ValueGetter<DataViewRowId> _idGetter;
    private readonly DataViewRowId[] _ids;
    private readonly long[] _batches;

    private int _nextBatchSize = 1;
    private int _count;
    private int _slot = -1;
    private long _position = -1;
    private bool _isComputed;
    private bool _isPastEnd;
    private ExceptionDispatchInfo? _lastRowFailure;
    private ExceptionDispatchInfo? _computeFailure;
    private ExceptionDispatchInfo? _moveFailure;

    public BatchedCursor(
        DataViewRowCursor source,
        DataViewRowCursor? inStep,
        BatchMapper mapper,
        ColumnBindings bindings,
        ColumnBindings.ActiveColumns active,
        int batchSize)
    {
        _source = source;
        _inStep = inStep is null ? null : new InStepCursor(inStep);
        _bindings = bindings;
        _active = active;
        _batchSize = batchSize;

        _cells = new CellBuffer?[bindings.InputSchema.Count];
        foreach (var column in active.PassedThrough.Where(CellBuffer.CanHold))
            _cells[column.Index] = CellBuffer.Create(source, column, batchSize);
        _activeCells = [.. _cells.OfType<CellBuffer>()];
        _idGetter = source.GetIdGetter();
        _ids = new DataViewRowId[batchSize];
        _batches = new long[batchSize];
        try
        {
            _computation = mapper.CreateComputation(new LookAheadRow(source, _cells, () => _count), active.Outputs, batchSize);
        }
        catch
        {
            source.Dispose();
            inStep?.Dispose();
            throw;
        }
    }

    public override long Position => _position;

    public override long Batch => _position >= 0 ? _batches[_slot] : _source.Batch;

    public override DataViewSchema Schema => _bindings.OutputSchema;

    public override bool MoveNext()
    {
        if (_isPastEnd)
            return false;

        _slot++;
        if (_slot >= _count)
            ReadAhead();
        if (_count == 0)
        {
            _isPastEnd = true;
            _position = -1;
            return false;
        }

        _position++;
        _inStep?.MoveTo(_ids[_slot], _position);
        return true;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column);

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = _ids[Slot()];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        _active.Check(column);
        if (_bindings.IsComputed(column))
            return TypedGetter.Cast<TValue>(_computation.CreateGetter(_bindings.OutputIndex(column), ComputedSlot), column);
        return _cells[column.Index] is { } cells
            ? TypedGetter.Cast<TValue>(cells.CreateGetter(Slot), column)
            : _inStep!.GetGetter<TValue>(column);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _computation.Dispose();
            _inStep?.Dispose();
            _source.Dispose();
        }
        base.Dispose(disposing);
    }

    private void ReadAhead()
    {
        _moveFailure?.Throw();
        _slot = 0;
        _isComputed = false;
        _computeFailure = null;
        _lastRowFailure = null;
        for (_count = 0; _count < _nextBatchSize && _lastRowFailure is null && MoveSource(); _count++)
            ReadRow();

        // Consumers that stop early are common (Preview, TakeRows, the first look at a view) and shouldn't pay for a full batch.
        _nextBatchSize = (int)Math.Min(_batchSize, _nextBatchSize * 4L);
    }

    private bool MoveSource()
    {
        try
        {
            return _source.MoveNext();
        }
        catch (Exception failure) when (_count > 0)
        {
            _moveFailure = ExceptionDispatchInfo.Capture(failure);
            return false;
        }
    }

    private void ReadRow()
    {
        _idGetter(ref _ids[_count]);
        _batches[_count] = _source.Batch;
        foreach (var cells in _activeCells)
            cells.Read(_count);

        try
        {
            _computation.Read(_count, _position + 1 + _count);
        }
        catch (Exception failure)
        {
            // The batch ends at a row that can't be read, so that the rows before it are computed without it.
            _lastRowFailure = ExceptionDispatchInfo.Capture(failure);
        }
    }

    private int Slot() => _position >= 0
        ? _slot
        : throw new InvalidOperationException(
            "Expected the cursor to be on a row, got one before the first or past the last; call getters after MoveNext returned true.");

    private int ComputedSlot()
    {
        var slot = Slot();
        var readable = _lastRowFailure is null ? _count : _count - 1;
        if (slot >= readable)
            _lastRowFailure!.Throw();
        if (!_isComputed)
        {
            _isComputed = true;
            try
            {
                _computation.Compute(readable);
            }
            catch (Exception failure)
            {
                _computeFailure = ExceptionDispatchInfo.Capture(failure);
            }
        }
        _computeFailure?.Throw();
        return slot;
    }
}
