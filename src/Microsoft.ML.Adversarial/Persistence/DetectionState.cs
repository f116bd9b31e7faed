using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Detectors.Combinations;
using Microsoft.ML.Adversarial.Transforms;

namespace Microsoft.ML.Adversarial.Persistence;

/// <summary>A calibrated detection step, as it is written.</summary>
/// <param name="Calibrations">The clean scores by predicted class; one of all rows where there are no classes.</param>
/// <param name="Labels">The predicted classes, or null.</param>
/// <param name="Combination">The name of the combination of p-values.</param>
/// <param name="Columns">The columns that are read and added.</param>
/// <param name="FalsePositiveRate">The largest p-value that is flagged.</param>
internal sealed record DetectionState(
    IReadOnlyList<DetectionState.ClassScores> Calibrations, ClassLabels? Labels, string Combination, DetectionColumns Columns, double FalsePositiveRate)
    : ISavedState
{
    public static DetectionState Of(DetectionCalibration calibration, DetectionColumns columns, double falsePositiveRate)
    {
        var classes = Enumerable.Range(0, calibration.Calibration.ClassCount).Select(label => calibration.Calibration[label]).ToArray();
        var combination = classes.OfType<ConformalCombination>().First().Combination;
        return new([.. classes.Select(ClassScores.Of)], calibration.Classes, combination.Name, columns, falsePositiveRate);
    }

    public DetectionCalibration ReadCalibration()
    {
        var combination = PValueCombination.Parse(Combination);
        return new(Labels, new([.. Calibrations.Select(scores => scores.Read(Columns.Scores.Count, combination))]));
    }

    public void Validate()
    {
        Columns.Validate();
        Labels?.Validate();
        ConformalCalibration.RequireRate(FalsePositiveRate);
        if ((Labels is null) != (Columns.PredictedLabel is null))
        {
            throw new ArgumentException("Expected classes exactly where a predicted label is read.");
        }

        if (Calibrations.Count != (Labels?.Count ?? 1) || Calibrations.Any(scores => scores is null))
        {
            throw new ArgumentException($"Expected {Labels?.Count ?? 1} calibrations, one per class, got {Calibrations.Count}.");
        }

        ReadCalibration().RequireRows(FalsePositiveRate);
    }

    /// <summary>The clean scores of one class: those of the first detector, then those of the next.</summary>
    internal sealed record ClassScores(byte[] CleanScores)
    {
        public static ClassScores Of(ConformalCombination? rows) =>
            new(SingleBytes.Write(rows is null ? [] : [.. rows.CleanScores.SelectMany(scores => scores)]));

        /// <summary>The calibration, or null for a class without rows.</summary>
        public ConformalCombination? Read(int detectorCount, PValueCombination combination)
        {
            var scores = SingleBytes.Read(CleanScores);
            if (scores.Length % detectorCount != 0)
            {
                throw new ArgumentException($"Expected as many scores of each of {detectorCount} detectors, got {scores.Length} in all.");
            }

            return scores.Length == 0 ? null : new([.. scores.Chunk(scores.Length / detectorCount)], combination);
        }
    }
}
