namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// Split-conformal p-values (Vovk, Gammerman &amp; Shafer 2005): on clean rows that are exchangeable with the calibration rows,
/// P(p ≤ α) ≤ α for every α, whatever the score's distribution. The network's own training rows are not exchangeable with new ones.
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

    /// <summary>The share of calibration rows that look at least as suspicious, the row itself counted in.</summary>
    /// <param name="score">The row's score. NaN counts as most suspicious, so that breaking the score does not evade the flag.</param>
    /// <returns>Between <see cref="SmallestPValue"/> and 1.</returns>
    public double PValue(float score)
    {
        if (float.IsNaN(score))
        {
            return SmallestPValue;
        }

        var (low, high) = (0, _ascending.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _ascending[middle] < score ? (middle + 1, high) : (low, middle);
        }

        return (1.0 + _ascending.Length - low) / (_ascending.Length + 1.0);
    }
}
