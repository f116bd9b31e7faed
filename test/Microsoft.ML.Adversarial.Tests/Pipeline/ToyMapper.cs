using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>Adds <c>Sum</c> and <c>Doubled</c> of <c>Features</c> and the <c>RowId</c>, and counts what that took.</summary>
internal sealed class ToyMapper(DataViewSchema inputSchema, ToyMapper.Costs costs) : BatchMapper
{
    public const string Sum = "Sum";
    public const string Doubled = "Doubled";
    public const string RowId = "RowId";

    private int Length => ((VectorDataViewType)InputColumns[0].Type).Size;

    public override IReadOnlyList<DataViewSchema.Column> InputColumns { get; } = [inputSchema["Features"]];

    public override IReadOnlyList<DataViewSchema.DetachedColumn> OutputColumns =>
    [
        new(Sum, NumberDataViewType.Single),
        new(Doubled, new VectorDataViewType(NumberDataViewType.Single, Length)),
        new(RowId, RowIdDataViewType.Instance),
    ];

    public override BatchComputation CreateComputation(DataViewRow input, bool[] activeOutputs, int capacity) =>
        new Computation(input, InputColumns[0], Length, activeOutputs, capacity, costs);

    /// <summary>Shared by all cursors of a view.</summary>
    public sealed class Costs
    {
        private int _rows;

        public List<int> Batches { get; } = [];

        public int Rows => _rows;

        public int Disposed { get; set; }

        /// <summary>Computing a row with this sum fails.</summary>
        public float? FailAtSum { get; init; }

        public void Add(int count)
        {
            lock (Batches)
                Batches.Add(count);
            Interlocked.Add(ref _rows, count);
        }
    }

    private sealed class Computation(
        DataViewRow input, DataViewSchema.Column column, int length, bool[] active, int capacity, Costs costs) : BatchComputation
    {
        private readonly FeatureBuffer _features = new(input, column, length, capacity, mustBeFinite: true);
        private readonly OutputBuffer<float> _sums = new(capacity);
        private readonly VectorOutputBuffer? _doubled = active[1] ? new(capacity, length) : null;
        private readonly OutputBuffer<DataViewRowId> _ids = new(capacity);
        private readonly ValueGetter<DataViewRowId> _getId = input.GetIdGetter();

        public override void Read(int slot, long position)
        {
            _features.Read(slot, position);
            _getId(ref _ids.Values[slot]);
        }

        public override void Compute(int count)
        {
            costs.Add(count);
            for (int slot = 0; slot < count; slot++)
            {
                float sum = 0;
                for (int i = 0; i < length; i++)
                {
                    sum += _features.Row(slot)[i];
                    _doubled?.Row(slot)[i] = 2 * _features.Row(slot)[i];
                }
                if (sum == costs.FailAtSum)
                    throw new InvalidOperationException($"The sum {sum} can't be computed");
                _sums.Values[slot] = sum;
            }
        }

        public override Delegate CreateGetter(int output, Func<int> slot) => output switch
        {
            0 => _sums.CreateGetter(slot),
            1 => _doubled!.CreateGetter(slot),
            _ => _ids.CreateGetter(slot),
        };

        public override void Dispose() => costs.Disposed++;
    }
}
