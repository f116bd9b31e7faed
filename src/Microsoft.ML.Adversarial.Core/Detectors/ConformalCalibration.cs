namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// Split-conformal p-values (Vovk, Gammerman &amp; Shafer 2005): on clean rows that are exchangeable with the calibration rows,
/// P(p ≤ α) ≤ α for every α, whatever the score's distribution. The network's own training rows are not exchangeable with new ones.
/// Attacked rows among the calibration rows cost detections and never add false positives as long as they score higher than clean ones.
/// </summary>
public sealed class ConformalCalibration
{
    private readonly float[] _ascending;

    /// <summary>Calibrates on scores of clean rows.</summary>
    /// <param name="cleanScores">At least one, none NaN; higher is more suspicious.</param>
    public ConformalCalibration(IEnumerable<float> cleanScores)
    {
        ArgumentNullException.ThrowIfNull(cleanScores);
        _ascending = [.. cleanScores];
        if (_ascending.Length == 0)
        {
            throw new ArgumentException("Expected at least one calibration score, got none.", nameof(cleanScores));
        }

        var missing = Array.FindIndex(_ascending, float.IsNaN);
        if (missing >= 0)
        {
            throw new ArgumentException($"Calibration row {missing}: expected a score, got NaN.", nameof(cleanScores));
        }

        Array.Sort(_ascending);
    }

    /// <summary>The number of calibration rows.</summary>
    public int Count => _ascending.Length;

    /// <summary>The calibration scores in ascending order.</summary>
    public IReadOnlyList<float> Scores => _ascending;

    /// <summary>The smallest p-value that this many rows can give: 1 / (<see cref="Count"/> + 1).</summary>
    public double SmallestPValue => 1.0 / (Count + 1);

    /// <summary>
    /// The score above which rows are flagged at this rate: <c>PValue(score) ≤ falsePositiveRate</c> exactly where score &gt; threshold.
    /// </summary>
    /// <param name="falsePositiveRate">Largest share of clean rows that may be flagged, between 0 and 1.</param>
    /// <returns>
    /// A calibration score: rows that equal it are not flagged, so that with constant scores only higher ones are. +∞ where there are too
    /// few calibration rows to flag any (see <see cref="SmallestPValue"/>); with enough of them, NaN is flagged at every threshold.
    /// </returns>
    public float Threshold(double falsePositiveRate)
    {
        RequireRate(falsePositiveRate);
        var flagged = (int)(falsePositiveRate * (Count + 1.0)) + 1;
        // The product may be off by one unit in the last place; what decides is the comparison that judges rows.
        while (flagged > 0 && flagged / (Count + 1.0) > falsePositiveRate)
        {
            flagged--;
        }

        return flagged == 0 ? float.PositiveInfinity : _ascending[Count - flagged];
    }

    /// <summary>The share of calibration rows that look at least as suspicious, the row itself counted in.</summary>
    /// <param name="score">The row's score. NaN counts as most suspicious, so that breaking the score does not evade the flag.</param>
    /// <returns>Between <see cref="SmallestPValue"/> and 1.</returns>
    public double PValue(float score)
    {
        return float.IsNaN(score) ? SmallestPValue : (1.0 + CountAtLeast(score)) / (Count + 1.0);
    }

    /// <summary>Calibration rows that score at least this, which is not NaN.</summary>
    internal int CountAtLeast(float score)
    {
        var (low, high) = (0, _ascending.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _ascending[middle] < score ? (middle + 1, high) : (low, middle);
        }

        return _ascending.Length - low;
    }

    /// <summary>The fewest calibration rows with which a row can be flagged at this rate.</summary>
    internal static int FewestRows(double falsePositiveRate)
    {
        var count = Math.Max(0, (int)(1 / falsePositiveRate) - 2);
        while (1 / (count + 1.0) > falsePositiveRate)
        {
            count++;
        }

        return count;
    }

    internal static void RequireRate(double falsePositiveRate)
    {
        if (!(falsePositiveRate is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(falsePositiveRate), falsePositiveRate, "Expected a false-positive rate between 0 and 1, such as 0.01.");
        }
    }
}
