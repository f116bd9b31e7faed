using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>A detector of logits bound to a score column: one Single per row.</summary>
internal sealed class OutputDetectorMapper(LogitDetector detector, OutputLogits logits, DataViewSchema.Column scores, string output)
    : BatchMapper
{
    public override IReadOnlyList<DataViewSchema.Column> InputColumns { get; } = [scores];

    public override IReadOnlyList<DataViewSchema.DetachedColumn> OutputColumns { get; } = [new(output, NumberDataViewType.Single)];

    public override BatchComputation CreateComputation(DataViewRow input, bool[] activeOutputs, int capacity) =>
        new Computation(detector, logits, ScoreCell.Reader(input, scores, logits), scores.Name, capacity);

    private sealed class Computation(
        LogitDetector detector, OutputLogits logits, Func<ReadOnlyMemory<float>> read, string columnName, int capacity) : BatchComputation
    {
        private readonly double[] _logits = new double[checked(capacity * logits.ClassCount)];
        private readonly OutputBuffer<float> _scores = new(capacity);

        public override void Read(int slot, long position) =>
            logits.Read(read().Span, _logits.AsSpan(slot * logits.ClassCount, logits.ClassCount), columnName, position);

        public override void Compute(int count)
        {
            using var scope = NewDisposeScope();
            var rows = tensor(_logits.AsSpan(0, count * logits.ClassCount).ToArray(), [count, logits.ClassCount]);
            FeatureTensor.CopyTo(detector.ScoreLogits(rows), _scores.Values.AsSpan(0, count));
        }

        public override Delegate CreateGetter(int output, Func<int> slot) => _scores.CreateGetter(slot);
    }
}

/// <summary>Reads the cells of a score column.</summary>
internal static class ScoreCell
{
    /// <summary>A function that reads the current row; what it returns is good until the next call.</summary>
    public static Func<ReadOnlyMemory<float>> Reader(DataViewRow row, DataViewSchema.Column column, OutputLogits logits)
    {
        var cell = new float[logits.Length];
        if (logits.IsScalar)
        {
            var scalar = row.GetGetter<float>(row.Schema[column.Index]);
            return () =>
            {
                scalar(ref cell[0]);
                return cell;
            };
        }

        var vector = row.GetGetter<VBuffer<float>>(row.Schema[column.Index]);
        VBuffer<float> value = default;
        return () =>
        {
            vector(ref value);
            value.CopyTo(cell);
            return cell;
        };
    }
}
