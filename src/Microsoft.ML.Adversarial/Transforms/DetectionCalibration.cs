using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Detectors.Combinations;
using Microsoft.ML.Adversarial.Pipeline;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>What is learnt of clean rows: a calibration per predicted class, or a single one of all rows.</summary>
/// <param name="Classes">The predicted classes; null where all rows share the one calibration.</param>
/// <param name="Calibration">By class; where all rows share it, its only class.</param>
internal sealed record DetectionCalibration(ClassLabels? Classes, ClassConditionalCalibration Calibration)
{
    /// <summary>Reads the scores of clean rows, in one pass.</summary>
    public static DetectionCalibration Read(IDataView rows, DetectionColumns columns, PValueCombination combination)
    {
        var scoreColumns = DetectorScores.Columns(rows.Schema, columns.Scores, nameof(AdversarialDetectionEstimator));
        DataViewSchema.Column[] labelColumns = columns.PredictedLabel is { } name
            ? [RequiredColumn.Of(rows.Schema, name, nameof(AdversarialDetectionEstimator))]
            : [];
        var labels = labelColumns.Select(ClassLabels.Of).SingleOrDefault();
        using var cursor = rows.GetRowCursor([.. scoreColumns, .. labelColumns]);
        var scores = new DetectorScores(cursor, scoreColumns);
        var readClass = labels is null ? () => 0 : labels.CreateReader(cursor, labelColumns[0]);
        var cleanScores = columns.Scores.Select(_ => new List<float>()).ToArray();
        var classes = new List<int>();
        var row = new float[cleanScores.Length];
        while (cursor.MoveNext())
        {
            scores.Read(row);
            for (var k = 0; k < row.Length; k++)
            {
                cleanScores[k].Add(!float.IsNaN(row[k])
                    ? row[k]
                    : throw new ArgumentException(
                        $"Calibration row {cursor.Position}, column '{columns.Scores[k]}': expected a score, got NaN. Mend or drop this row."));
            }

            classes.Add(readClass() is >= 0 and var seen
                ? seen
                : throw new ArgumentException(
                    $"Calibration row {cursor.Position}, column '{columns.PredictedLabel}': expected a predicted class, got a missing value. "
                    + "Drop this row."));
        }

        return new(labels, new(cleanScores, classes, labels?.Count ?? 1, combination));
    }

    /// <summary>The class as people know it: its key value, or the key itself where it has none.</summary>
    public string NameOf(int predictedClass) => Classes switch
    {
        { IsBoolean: true } => predictedClass == 1 ? "true" : "false",
        { Values: { } values } => values.Values[predictedClass],
        _ => $"{predictedClass + 1}",
    };

    /// <summary>Throws unless every class that was seen has enough rows for one of them to be flagged at this rate.</summary>
    public void RequireRows(double falsePositiveRate)
    {
        for (var label = 0; label < Calibration.ClassCount; label++)
        {
            if (Calibration[label] is { } rows && rows.SmallestPValue > falsePositiveRate)
            {
                var (ofClass, orPool) = Classes is null ? ("", "") : ($" predicted as '{NameOf(label)}'", ", calibrate all classes together");
                throw new ArgumentException(
                    $"Expected at least {ConformalCalibration.FewestRows(falsePositiveRate)} calibration rows{ofClass} for a false-positive rate "
                    + $"of {falsePositiveRate}, got {rows.Count}: "
                    + $"with fewer, no row could ever be flagged. Give more rows{orPool} or allow a higher rate.");
            }
        }
    }
}
