using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>One row at a time: what PredictionEngine uses.</summary>
internal sealed class BatchedRowMapper(DataViewSchema inputSchema, BatchMapper mapper) : IRowToRowMapper
{
    private readonly ColumnBindings _bindings = new(inputSchema, mapper);

    public DataViewSchema InputSchema => _bindings.InputSchema;

    public DataViewSchema OutputSchema => _bindings.OutputSchema;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        _bindings.Activate(dependingColumns).Dependencies;

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) =>
        new MappedRow(input, mapper, _bindings, _bindings.Activate(activeColumns));

    private sealed class MappedRow : DataViewRow
    {
        private readonly DataViewRow _input;
        private readonly ColumnBindings _bindings;
        private readonly ColumnBindings.ActiveColumns _active;
        private readonly BatchComputation? _computation;
        private long? _computedPosition;

        public MappedRow(DataViewRow input, BatchMapper mapper, ColumnBindings bindings, ColumnBindings.ActiveColumns active)
        {
            _input = input;
            _bindings = bindings;
            _active = active;
            if (active.ComputesAnything)
                _computation = mapper.CreateComputation(input, active.Outputs, capacity: 1);
        }

        public override long Position => _input.Position;

        public override long Batch => _input.Batch;

        public override DataViewSchema Schema => _bindings.OutputSchema;

        public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            _active.Check(column);
            return _bindings.IsComputed(column)
                ? TypedGetter.Cast<TValue>(_computation!.CreateGetter(_bindings.OutputIndex(column), ComputedSlot), column)
                : _input.GetGetter<TValue>(_input.Schema[column.Index]);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _computation?.Dispose();
                _input.Dispose();
            }
            base.Dispose(disposing);
        }

        private int ComputedSlot()
        {
            if (_computedPosition != _input.Position)
            {
                _computedPosition = null;
                _computation!.Read(0, _input.Position);
                _computation.Compute(1);
                _computedPosition = _input.Position;
            }
            return 0;
        }
    }
}
