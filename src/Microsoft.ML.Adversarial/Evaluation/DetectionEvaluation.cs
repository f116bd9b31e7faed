using Microsoft.ML.Adversarial.Detectors;

namespace Microsoft.ML.Adversarial.Evaluation;

/// <summary>How detectors do against attacks: every score column against every attack, and the pipeline's own flag.</summary>
public sealed class DetectionEvaluation
{
    private DetectionEvaluation(
        IReadOnlyList<DetectionResult> results, IReadOnlyDictionary<string, FlagRates> flags, IReadOnlyList<string> attacksWithoutRows) =>
        (Results, Flags, AttacksWithoutRows) = (results, flags, attacksWithoutRows);

    /// <summary>One result per score column and attack: the score columns in the order in which they were named, and for each the attacks.</summary>
    public IReadOnlyList<DetectionResult> Results { get; }

    /// <summary>What the pipeline's own flag does, by the attack's name; empty where the views have no flag column.</summary>
    public IReadOnlyDictionary<string, FlagRates> Flags { get; }

    /// <summary>Attacks without results, since none of their rows counts: the view is empty, or no row succeeded.</summary>
    public IReadOnlyList<string> AttacksWithoutRows { get; }

    /// <summary>The result of one detector against one attack.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public DetectionResult this[string scoreColumnName, string attackName] =>
        Results.FirstOrDefault(result => result.ScoreColumnName == scoreColumnName && result.AttackName == attackName)
        ?? throw new KeyNotFoundException(
            $"Expected one of the score columns {string.Join(", ", Results.Select(result => result.ScoreColumnName).Distinct())} and of the attacks "
            + $"{string.Join(", ", Results.Select(result => result.AttackName).Distinct())}, got '{scoreColumnName}' and '{attackName}'.");

    internal static DetectionEvaluation Of(
        IDataView cleanRows, IReadOnlyDictionary<string, IDataView> attackedRows, IReadOnlyList<string> scoreColumnNames,
        DetectionEvaluationOptions options)
    {
        var clean = EvaluatedRows.Read("clean rows", cleanRows, scoreColumnNames, options.FlagColumnName, succeededColumnName: null);
        if (clean.Count == 0)
        {
            throw new ArgumentException("Expected at least one clean row, got none.", nameof(cleanRows));
        }

        var thresholds = options.CalibrationRows is { } calibrationRows
            ? Thresholds(calibrationRows, scoreColumnNames, options.FalsePositiveRate)
            : null;
        // One pass over each attacked view: reading it may mean to attack.
        var attacked = attackedRows
            .Select(attack => (
                Name: attack.Key,
                Rows: EvaluatedRows.Read(
                    $"attack '{attack.Key}'", attack.Value, scoreColumnNames, options.FlagColumnName, options.SucceededColumnName)))
            .ToLookup(attack => attack.Rows.Count > 0);
        List<DetectionResult> results = [];
        for (var k = 0; k < scoreColumnNames.Count; k++)
        {
            foreach (var (name, rows) in attacked[true])
            {
                results.Add(Result(scoreColumnNames[k], name, new(clean.Scores[k], rows.Scores[k]), thresholds?[k], options.Bootstrap));
            }
        }

        var flagged = attacked[true].Where(attack => clean.Flags is not null && attack.Rows.Flags is not null);
        return new(
            results, flagged.ToDictionary(attack => attack.Name, attack => FlagRatesOf(new(clean.Flags!, attack.Rows.Flags!), options.Bootstrap)),
            [.. attacked[false].Select(attack => attack.Name)]);
    }

    private static float[] Thresholds(IDataView rows, IReadOnlyList<string> scoreColumnNames, double falsePositiveRate)
    {
        var scores = EvaluatedRows.Read("calibration rows", rows, scoreColumnNames, flagColumnName: null, succeededColumnName: null).Scores;
        for (var k = 0; k < scores.Count; k++)
        {
            if (scores[k].IndexOf(float.NaN) is >= 0 and var row)
            {
                throw new ArgumentException($"Calibration row {row}, column '{scoreColumnNames[k]}': expected a score, got NaN. Mend or drop this row.");
            }
        }

        var calibrations = scores.Select(column => new ConformalCalibration(column)).ToArray();
        return calibrations[0].SmallestPValue <= falsePositiveRate
            ? Array.ConvertAll(calibrations, calibration => calibration.Threshold(falsePositiveRate))
            : throw new ArgumentException(
                $"Expected at least {ConformalCalibration.FewestRows(falsePositiveRate)} calibration rows for a false-positive rate "
                + $"of {falsePositiveRate}, got {calibrations[0].Count}. Give more rows or allow a higher rate.");
    }

    private static DetectionResult Result(
        string scoreColumnName, string attackName, DetectionMetrics metrics, float? threshold, Bootstrap bootstrap)
    {
        Func<DetectionMetrics, double>[] ofRanks =
        [
            resampled => resampled.AreaUnderRocCurve, resampled => resampled.AreaUnderPrecisionRecallCurve,
            resampled => resampled.TruePositiveRateAt1Percent, resampled => resampled.TruePositiveRateAt5Percent,
        ];
        var intervals = bootstrap.Intervals(metrics, threshold is { } above ? [.. ofRanks, .. RatesAbove(above)] : ofRanks);
        return new(
            scoreColumnName, attackName, metrics, new(intervals[0], intervals[1], intervals[2], intervals[3]), threshold,
            threshold is { } calibrated ? Rates(metrics, calibrated, intervals[4], intervals[5]) : null);
    }

    private static FlagRates FlagRatesOf(DetectionMetrics flags, Bootstrap bootstrap)
    {
        var intervals = bootstrap.Intervals(flags, RatesAbove(0));
        return Rates(flags, 0, intervals[0], intervals[1]);
    }

    private static Func<DetectionMetrics, double>[] RatesAbove(float threshold) =>
        [resampled => resampled.FalsePositiveRateAbove(threshold), resampled => resampled.TruePositiveRateAbove(threshold)];

    private static FlagRates Rates(DetectionMetrics metrics, float threshold, ConfidenceInterval ofFalse, ConfidenceInterval ofTrue) =>
        new(metrics.FalsePositiveRateAbove(threshold), metrics.TruePositiveRateAbove(threshold), ofFalse, ofTrue);
}
