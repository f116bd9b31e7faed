using Microsoft.ML.Adversarial.Detectors.Combinations;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// One conformal p-value from the scores of several detectors, which may depend on each other in any way. On clean rows that are
/// exchangeable with the calibration rows, P(p ≤ α) ≤ α for every α, with a finite number of rows.
/// <para>
/// The statistic that combines the detectors' p-values is ranked among the same statistic of the calibration rows, in the full
/// (transductive) conformal way (Vovk, Gammerman &amp; Shafer 2005, section 2.2): every row's own p-values are taken among all n + 1 rows, the
/// new one included, so that each row's statistic is the same symmetric function of all rows and the rank is exact. Nothing is split off:
/// all calibration rows serve the detectors' p-values and the combination alike. The new row can move the statistic of a calibration row only
/// between two bounds; what is computed anew for each row that is judged is the statistic of the few calibration rows whose bounds enclose
/// its own.
/// </para>
/// </summary>
public sealed class ConformalCombination
{
    private readonly float[][] _scores;
    private readonly int[][] _countsAtLeast;
    private readonly double[] _lowest;
    private readonly double[] _highestFromHere;

    /// <summary>Calibrates on scores of clean rows.</summary>
    /// <param name="cleanScores">
    /// One list per detector, all of the same rows in the same order; at least one row, no NaN; higher is more suspicious.
    /// </param>
    /// <param name="combination">How a row's p-values become one statistic.</param>
    public ConformalCombination(IReadOnlyList<IReadOnlyList<float>> cleanScores, PValueCombination combination)
    {
        ArgumentNullException.ThrowIfNull(cleanScores);
        ArgumentNullException.ThrowIfNull(combination);
        if (cleanScores.Count == 0)
        {
            throw new ArgumentException("Expected the scores of at least one detector, got none.", nameof(cleanScores));
        }

        if (cleanScores.FirstOrDefault(scores => scores.Count != cleanScores[0].Count) is { } other)
        {
            throw new ArgumentException(
                $"Expected scores of the same rows from every detector, got {cleanScores[0].Count} from one and {other.Count} from another.",
                nameof(cleanScores));
        }

        Combination = combination;
        Detectors = [.. cleanScores.Select(scores => new ConformalCalibration(scores))];
        Count = cleanScores[0].Count;
        int[][] countsAtLeast = [.. cleanScores.Zip(Detectors, (scores, detector) => scores.Select(detector.CountAtLeast).ToArray())];
        double[] lowest = [.. Enumerable.Range(0, Count).Select(row => Bound(countsAtLeast, row, exceeds: 1))];
        int[] order = [.. Enumerable.Range(0, Count).OrderByDescending(row => lowest[row])];
        _scores = [.. cleanScores.Select(scores => Array.ConvertAll(order, row => scores[row]))];
        _countsAtLeast = [.. countsAtLeast.Select(counts => Array.ConvertAll(order, row => counts[row]))];
        _lowest = Array.ConvertAll(order, row => lowest[row]);
        _highestFromHere = new double[Count];
        var highest = double.NegativeInfinity;
        for (var row = Count - 1; row >= 0; row--)
        {
            _highestFromHere[row] = highest = Math.Max(highest, Bound(_countsAtLeast, row, exceeds: 0));
        }
    }

    /// <summary>How a row's p-values become one statistic.</summary>
    public PValueCombination Combination { get; }

    /// <summary>The calibration of each detector alone.</summary>
    public IReadOnlyList<ConformalCalibration> Detectors { get; }

    /// <summary>The number of calibration rows.</summary>
    public int Count { get; }

    /// <summary>The smallest p-value that this many rows can give: 1 / (<see cref="Count"/> + 1).</summary>
    public double SmallestPValue => Detectors[0].SmallestPValue;

    /// <summary>
    /// The calibration scores, one list per detector, all of the same rows in the same order, which is not that in which they were given.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<float>> CleanScores => _scores;

    /// <summary>The combined p-value of one row: the share of rows, itself counted in, whose statistic is at least as high.</summary>
    /// <param name="scores">
    /// One score per detector. NaN in any of them gives the smallest p-value, so that breaking a score does not evade the flag.
    /// </param>
    /// <returns>Between <see cref="SmallestPValue"/> and 1. Of a single detector, its own p-value.</returns>
    public double PValue(ReadOnlySpan<float> scores) => PValue(scores, new double[Detectors.Count]);

    /// <summary>The combined p-value of one row, and each detector's own.</summary>
    /// <param name="scores">One score per detector.</param>
    /// <param name="pValues">Takes the p-value of each detector alone.</param>
    /// <returns>Between <see cref="SmallestPValue"/> and 1.</returns>
    public double PValue(ReadOnlySpan<float> scores, Span<double> pValues)
    {
        RequireLength(scores.Length, nameof(scores), "scores");
        RequireLength(pValues.Length, nameof(pValues), "places for p-values");
        var isBroken = false;
        for (var k = 0; k < scores.Length; k++)
        {
            isBroken |= float.IsNaN(scores[k]);
            pValues[k] = Detectors[k].PValue(scores[k]);
        }

        if (isBroken)
        {
            return SmallestPValue;
        }

        // A statistic of one p-value ranks rows as the score does.
        return pValues.Length == 1 ? pValues[0] : (1.0 + CountAtLeast(Combination.Combine(pValues), scores)) / (Count + 1.0);
    }

    /// <summary>Calibration rows whose statistic, with the new row among them, is at least that of the new row.</summary>
    private int CountAtLeast(double statistic, ReadOnlySpan<float> scores)
    {
        var (certain, high) = (0, Count);
        while (certain < high)
        {
            var middle = (certain + high) / 2;
            (certain, high) = _lowest[middle] >= statistic ? (middle + 1, high) : (certain, middle);
        }

        var count = certain;
        Span<double> pValues = new double[scores.Length];
        for (var row = certain; row < Count && _highestFromHere[row] >= statistic; row++)
        {
            count += Among(row, scores, pValues) >= statistic ? 1 : 0;
        }

        return count;
    }

    /// <summary>The statistic of a calibration row among all rows and the new one.</summary>
    private double Among(int row, ReadOnlySpan<float> newRow, Span<double> pValues)
    {
        for (var k = 0; k < pValues.Length; k++)
        {
            pValues[k] = Share(_countsAtLeast[k][row], newRow[k] >= _scores[k][row] ? 1 : 0);
        }

        return Combination.Combine(pValues);
    }

    /// <summary>The statistic of a calibration row if the new row scores below it everywhere (0) or at least as high everywhere (1).</summary>
    private double Bound(int[][] countsAtLeast, int row, int exceeds) =>
        Combination.Combine(Array.ConvertAll(countsAtLeast, counts => Share(counts[row], exceeds)));

    private double Share(int countAtLeast, int exceeds) => (countAtLeast + exceeds) / (Count + 1.0);

    private void RequireLength(int length, string parameter, string what)
    {
        if (length != Detectors.Count)
        {
            throw new ArgumentException($"Expected {Detectors.Count} {what}, one per detector, got {length}.", parameter);
        }
    }
}
