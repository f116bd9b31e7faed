using Microsoft.ML.Adversarial.Detectors;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>The rows of an experiment: what trains and what judges, once or in folds.</summary>
internal sealed record TrialData(IDataView Train, IDataView? Test, int Folds, int Seed)
{
    /// <summary>The rows that calibrate detectors, and how; null for none.</summary>
    public DetectionSettings? Detection { get; init; }

    /// <summary>Rows that train and the rows that then judge.</summary>
    public IReadOnlyList<(IDataView Train, IDataView Test)> Splits { get; } = Test is { } test
        ? [(Train, test)]
        : [.. new MLContext(Seed).Data.CrossValidationSplit(Train, Folds, seed: Seed).Select(fold => (fold.TrainSet, fold.TestSet))];

    /// <summary>A share of training rows: those of a smaller share are among those of a larger one.</summary>
    public IDataView Part(IDataView rows, double fraction) =>
        fraction >= 1 ? rows : new MLContext(Seed).Data.TrainTestSplit(rows, 1 - fraction, seed: Seed).TrainSet;

    /// <summary>Throws where rows or classes are missing, before anything is trained.</summary>
    public void Validate(string labelColumnName)
    {
        Require(Train, "training data", labelColumnName);
        if (Detection is not null)
        {
            RequireCalibration(Detection);
        }

        if (Test is not null)
        {
            Require(Test, "test data", labelColumnName);
            return;
        }

        foreach (var (index, (_, fold)) in Splits.Index())
        {
            Require(fold, $"fold {index + 1} of {Folds}", labelColumnName);
        }
    }

    /// <summary>What trials on the same rows have in common.</summary>
    public string Fingerprint(CancellationToken cancellation) => StableDraw.Join(
    [
        DataFingerprint.Of(Train, cancellation), Test is null ? $"{Folds} folds" : DataFingerprint.Of(Test, cancellation),
        Detection is null ? "no calibration" : DataFingerprint.Of(Detection.CalibrationRows, cancellation),
    ]);

    // For one detector; how many there are is known of fitted models.
    private static void RequireCalibration(DetectionSettings detection)
    {
        var fewest = ConformalCalibration.FewestRows(detection.FalsePositiveRate);
        using var cursor = detection.CalibrationRows.GetRowCursor([]);
        var count = 0;
        while (count < fewest && cursor.MoveNext())
        {
            count++;
        }

        if (count < fewest)
        {
            throw new ArgumentException(
                $"Expected at least {fewest} calibration rows for a false-positive rate of {detection.FalsePositiveRate}, got {count}: with fewer, "
                + "no row could ever be flagged. Give more rows, or allow a higher rate.");
        }
    }

    private static void Require(IDataView rows, string what, string labelColumnName)
    {
        // A pipeline may make the label only later; then the evaluation looks at it.
        var column = rows.Schema.GetColumnOrNull(labelColumnName);
        var found = DataFingerprint.CountUpToTwo(
            rows, column ?? rows.Schema.FirstOrDefault(any => !any.IsHidden));
        if (found == 0)
        {
            throw new ArgumentException($"Expected rows in the {what}, got none.");
        }

        if (found == 1 && column is not null)
        {
            throw new ArgumentException(
                $"Column '{labelColumnName}': expected rows of at least two classes in the {what}, got rows of one class only: "
                + "accuracy of one class says little. Give rows of all classes.");
        }
    }
}
