using Microsoft.ML;
using Microsoft.ML.Adversarial.Persistence;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(
    typeof(AdversarialDetectionTransformer), null, typeof(SignatureLoadModel), "Adversarial detection", AdversarialDetectionTransformer.LoaderSignature)]

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// Turns detectors' scores into one conformal p-value and a flag: IsAdversarial = p-value ≤ false-positive rate. On clean rows that are
/// exchangeable with the calibration rows, the flag is wrong with at most that rate, however the detectors depend on each other; with a
/// calibration per predicted class, within each class. A row with a NaN score or a missing class is flagged; a row of a class without
/// calibration rows is not.
/// </summary>
public sealed class AdversarialDetectionTransformer : BatchedTransformer
{
    internal const string LoaderSignature = "AdvDetection";

    private static readonly TransformerFile<DetectionState> File = new("ADVDETEC", LoaderSignature);

    private readonly DetectionCalibration _calibration;
    private readonly DetectionColumns _columns;

    internal AdversarialDetectionTransformer(DetectionCalibration calibration, DetectionColumns columns, double falsePositiveRate)
    {
        (_calibration, _columns, FalsePositiveRate) = (calibration, columns, falsePositiveRate);
        Thresholds = [.. ThresholdsOf(calibration, columns, falsePositiveRate)];
    }

    private AdversarialDetectionTransformer(IHostEnvironment env, ModelLoadContext ctx)
        : this(File.Load(ctx))
    {
    }

    private AdversarialDetectionTransformer(DetectionState state)
        : this(state.ReadCalibration(), state.Columns, state.FalsePositiveRate)
    {
    }

    /// <summary>The largest p-value that is flagged.</summary>
    public double FalsePositiveRate { get; }

    /// <summary>The number of clean rows that the p-values rest on.</summary>
    public int CalibrationCount => _calibration.Calibration.Count;

    /// <summary>
    /// The score above which each detector alone flags rows at <see cref="FalsePositiveRate"/>, in the order of the score columns; for each
    /// predicted class that has calibration rows, if the calibration is conditional on it. With one detector, that is the flag of this
    /// transformer; the flag of several combined has no threshold in their scores.
    /// </summary>
    public IReadOnlyList<DetectorThreshold> Thresholds { get; }

    private protected override BatchMapper Bind(DataViewSchema inputSchema) =>
        new DetectionMapper(_calibration, _columns, FalsePositiveRate, inputSchema);

    private protected override void Save(ModelSaveContext context) =>
        File.Save(context, DetectionState.Of(_calibration, _columns, FalsePositiveRate));

    private static IEnumerable<DetectorThreshold> ThresholdsOf(DetectionCalibration calibration, DetectionColumns columns, double falsePositiveRate)
    {
        for (var k = 0; k < columns.Scores.Count; k++)
        {
            for (var label = 0; label < calibration.Calibration.ClassCount; label++)
            {
                if (calibration.Calibration[label] is { } rows)
                {
                    var predictedLabel = calibration.Classes is null ? null : calibration.NameOf(label);
                    yield return new(columns.Scores[k], predictedLabel, rows.Count, rows.Detectors[k].Threshold(falsePositiveRate));
                }
            }
        }
    }
}
