using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Persistence;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(
    typeof(AdversarialDetectionTransformer), null, typeof(SignatureLoadModel), "Adversarial detection", AdversarialDetectionTransformer.LoaderSignature)]

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// Turns a detector's score into a split-conformal p-value and a flag: IsAdversarial = p-value ≤ false-positive rate. On clean rows that
/// are exchangeable with the calibration rows, the flag is wrong with at most that rate. A NaN score is flagged.
/// </summary>
public sealed class AdversarialDetectionTransformer : BatchedTransformer
{
    internal const string LoaderSignature = "AdvDetection";

    private static readonly TransformerFile<State> File = new("ADVDETEC", LoaderSignature);

    private readonly ConformalCalibration _calibration;
    private readonly DetectionColumns _columns;

    internal AdversarialDetectionTransformer(ConformalCalibration calibration, DetectionColumns columns, double falsePositiveRate)
    {
        _calibration = calibration;
        _columns = columns;
        FalsePositiveRate = falsePositiveRate;
    }

    private AdversarialDetectionTransformer(IHostEnvironment env, ModelLoadContext ctx)
    {
        var state = File.Load(ctx);
        _calibration = state.Calibration;
        _columns = state.Columns;
        FalsePositiveRate = state.FalsePositiveRate;
    }

    /// <summary>The largest p-value that is flagged.</summary>
    public double FalsePositiveRate { get; }

    /// <summary>The number of clean rows that the p-values rest on.</summary>
    public int CalibrationCount => _calibration.Count;

    private protected override BatchMapper Bind(DataViewSchema inputSchema)
    {
        var score = RequiredColumn.Of(inputSchema, _columns.Score, nameof(AdversarialDetectionTransformer));
        return score.Type == NumberDataViewType.Single
            ? new FlagMapper(_calibration, _columns, FalsePositiveRate, score)
            : throw new ArgumentException($"Column '{score.Name}': expected a Single, one score a row, got {score.Type}.");
    }

    private protected override void Save(ModelSaveContext context) =>
        File.Save(context, new(SingleBytes.Write(_calibration.Scores), _columns, FalsePositiveRate));

    private sealed record State(byte[] CleanScores, DetectionColumns Columns, double FalsePositiveRate) : ISavedState
    {
        [JsonIgnore]
        public ConformalCalibration Calibration => new(SingleBytes.Read(CleanScores));

        public void Validate()
        {
            ColumnNames.Require(Columns.Score, Columns.PValue, Columns.Flag);
            AdversarialDetectionEstimator.RequireRate(FalsePositiveRate);
            _ = Calibration;
        }
    }

    private sealed class FlagMapper(ConformalCalibration calibration, DetectionColumns columns, double rate, DataViewSchema.Column score) : BatchMapper
    {
        public override IReadOnlyList<DataViewSchema.Column> InputColumns { get; } = [score];

        public override IReadOnlyList<DataViewSchema.DetachedColumn> OutputColumns { get; } =
            [new(columns.PValue, NumberDataViewType.Single), new(columns.Flag, BooleanDataViewType.Instance)];

        public override BatchComputation CreateComputation(DataViewRow input, bool[] activeOutputs, int capacity) =>
            new Computation(calibration, rate, input.GetGetter<float>(input.Schema[score.Index]), capacity);
    }

    private sealed class Computation(ConformalCalibration calibration, double rate, ValueGetter<float> score, int capacity) : BatchComputation
    {
        private readonly float[] _scores = new float[capacity];
        private readonly OutputBuffer<float> _pValues = new(capacity);
        private readonly OutputBuffer<bool> _flags = new(capacity);

        public override void Read(int slot, long position) => score(ref _scores[slot]);

        public override void Compute(int count)
        {
            for (var slot = 0; slot < count; slot++)
            {
                var pValue = calibration.PValue(_scores[slot]);
                _pValues.Values[slot] = (float)pValue;
                _flags.Values[slot] = pValue <= rate;
            }
        }

        public override Delegate CreateGetter(int output, Func<int> slot) => output == 0 ? _pValues.CreateGetter(slot) : _flags.CreateGetter(slot);
    }
}

/// <summary>The columns of a detection step.</summary>
/// <param name="Score">The score that is read.</param>
/// <param name="PValue">The p-value that is added, Single.</param>
/// <param name="Flag">The flag that is added, Boolean.</param>
internal sealed record DetectionColumns(string Score, string PValue, string Flag);
