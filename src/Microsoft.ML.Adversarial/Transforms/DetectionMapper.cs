using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>A calibration bound to the columns of a view.</summary>
internal sealed class DetectionMapper : BatchMapper
{
    private readonly DetectionCalibration _calibration;
    private readonly double _falsePositiveRate;
    private readonly IReadOnlyList<DataViewSchema.Column> _scores;
    private readonly DataViewSchema.Column? _label;

    public DetectionMapper(DetectionCalibration calibration, DetectionColumns columns, double falsePositiveRate, DataViewSchema schema)
    {
        _calibration = calibration;
        _falsePositiveRate = falsePositiveRate;
        _scores = DetectorScores.Columns(schema, columns.Scores, nameof(AdversarialDetectionTransformer));
        InputColumns = _scores;
        if (columns.PredictedLabel is { } name)
        {
            var label = RequiredColumn.Of(schema, name, nameof(AdversarialDetectionTransformer));
            calibration.Classes!.RequireFit(label);
            _label = label;
            InputColumns = [.. _scores, label];
        }

        var pValue = new DataViewSchema.DetachedColumn(columns.PValue, NumberDataViewType.Single);
        var flag = new DataViewSchema.DetachedColumn(columns.Flag, BooleanDataViewType.Instance);
        OutputColumns = columns.PValues is { } pValues ? [pValue, PValuesColumn(pValues, columns.Scores), flag] : [pValue, flag];
    }

    public override IReadOnlyList<DataViewSchema.Column> InputColumns { get; }

    public override IReadOnlyList<DataViewSchema.DetachedColumn> OutputColumns { get; }

    public override BatchComputation CreateComputation(DataViewRow input, bool[] activeOutputs, int capacity) =>
        new Computation(this, input, capacity);

    private static DataViewSchema.DetachedColumn PValuesColumn(string name, IReadOnlyList<string> scores)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add(
            AnnotationUtils.Kinds.SlotNames, new VectorDataViewType(TextDataViewType.Instance, scores.Count),
            (ref VBuffer<ReadOnlyMemory<char>> names) => names = new(scores.Count, [.. scores.Select(score => score.AsMemory())]));
        return new(name, new VectorDataViewType(NumberDataViewType.Single, scores.Count), annotations.ToAnnotations());
    }

    private sealed class Computation : BatchComputation
    {
        private readonly DetectionMapper _mapper;
        private readonly DetectorScores _reader;
        private readonly Func<int> _readClass;
        private readonly float[] _scores;
        private readonly int[] _classes;
        private readonly double[] _rowPValues;
        private readonly OutputBuffer<float> _pValue;
        private readonly VectorOutputBuffer _pValues;
        private readonly OutputBuffer<bool> _flags;

        public Computation(DetectionMapper mapper, DataViewRow input, int capacity)
        {
            _mapper = mapper;
            var detectorCount = mapper._scores.Count;
            _reader = new DetectorScores(input, mapper._scores);
            _readClass = mapper._label is { } label ? mapper._calibration.Classes!.CreateReader(input, label) : () => 0;
            _scores = new float[checked(capacity * detectorCount)];
            _classes = new int[capacity];
            _rowPValues = new double[detectorCount];
            _pValue = new OutputBuffer<float>(capacity);
            _pValues = new VectorOutputBuffer(capacity, detectorCount);
            _flags = new OutputBuffer<bool>(capacity);
        }

        public override void Read(int slot, long position)
        {
            _reader.Read(Scores(slot));
            _classes[slot] = _readClass();
        }

        public override void Compute(int count)
        {
            for (var slot = 0; slot < count; slot++)
            {
                var pValue = PValue(slot);
                _pValue.Values[slot] = (float)pValue;
                _flags.Values[slot] = pValue <= _mapper._falsePositiveRate;
                for (var k = 0; k < _rowPValues.Length; k++)
                {
                    _pValues.Row(slot)[k] = (float)_rowPValues[k];
                }
            }
        }

        public override Delegate CreateGetter(int output, Func<int> slot) => output == 0 ? _pValue.CreateGetter(slot)
            : output == _mapper.OutputColumns.Count - 1 ? _flags.CreateGetter(slot)
            : _pValues.CreateGetter(slot);

        private double PValue(int slot)
        {
            var calibration = _mapper._calibration.Calibration;
            if (_classes[slot] >= 0)
            {
                return calibration.PValue(Scores(slot), _classes[slot], _rowPValues);
            }

            // Calibration rows have a class. A prediction that is broken does not evade the flag, no more than a broken score does.
            var smallest = 1 / (calibration.Count + 1.0);
            Array.Fill(_rowPValues, smallest);
            return smallest;
        }

        private Span<float> Scores(int slot) => _scores.AsSpan(slot * _rowPValues.Length, _rowPValues.Length);
    }
}
