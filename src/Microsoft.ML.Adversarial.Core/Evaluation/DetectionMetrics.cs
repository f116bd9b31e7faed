namespace Microsoft.ML.Adversarial.Evaluation;

/// <summary>
/// How well a detector's score tells attacked rows from clean ones. Attacked rows are the positives; a row is flagged if its score is
/// higher than the threshold. NaN counts as the most suspicious score, as in <see cref="Detectors.ConformalCalibration"/>. Only the order
/// of the scores matters.
/// </summary>
public sealed class DetectionMetrics
{
    private readonly ScoreRanking _ranking;

    /// <summary>The metrics of these rows, in O(n log n).</summary>
    /// <param name="cleanScores">At least one; higher is more suspicious. Use rows that calibrated nothing and trained nothing.</param>
    /// <param name="attackedScores">At least one.</param>
    public DetectionMetrics(IEnumerable<float> cleanScores, IEnumerable<float> attackedScores)
        : this(ScoreRanking.Of(Rows(cleanScores, nameof(cleanScores), "clean"), Rows(attackedScores, nameof(attackedScores), "attacked")))
    {
    }

    private DetectionMetrics(ScoreRanking ranking)
    {
        _ranking = ranking;
        AreaUnderRocCurve = ranking.AreaUnderRocCurve();
        AreaUnderPrecisionRecallCurve = ranking.AveragePrecision();
        TruePositiveRateAt1Percent = ranking.TruePositiveRateAt(0.01);
        TruePositiveRateAt5Percent = ranking.TruePositiveRateAt(0.05);
    }

    /// <summary>The number of clean rows.</summary>
    public int CleanCount => _ranking.CleanCount;

    /// <summary>The number of attacked rows.</summary>
    public int AttackedCount => _ranking.AttackedCount;

    /// <summary>
    /// The probability that an attacked row scores higher than a clean one, ties counting half: the Mann–Whitney statistic as a share of
    /// all pairs. One-sided: 0.5 is guessing, and below 0.5 the detector finds attacked rows <i>less</i> suspicious than clean ones, as
    /// happens to scores of uncertainty when an attack goes on until the network is sure. That is reported as it is: turning the
    /// score around would need to know the attack.
    /// </summary>
    public double AreaUnderRocCurve { get; }

    /// <summary>
    /// The average precision: Σ over distinct scores of (recall gained there) × (precision at that threshold), rows of equal score entering
    /// together, without interpolation. Unlike the other metrics it depends on how many attacked rows there are per clean row: guessing
    /// gives the attacked share of all rows.
    /// </summary>
    public double AreaUnderPrecisionRecallCurve { get; }

    /// <summary><see cref="TruePositiveRateAt"/> 0.01.</summary>
    public double TruePositiveRateAt1Percent { get; }

    /// <summary><see cref="TruePositiveRateAt"/> 0.05.</summary>
    public double TruePositiveRateAt5Percent { get; }

    /// <summary>
    /// The share of attacked rows that are flagged at the lowest threshold, among the scores, that flags at most this share of these
    /// clean rows. Rows of equal score are flagged together or not at all; nothing is interpolated. The threshold has seen the clean rows, so
    /// this describes the detector; what a calibrated flag achieves is <see cref="TruePositiveRateAbove"/>.
    /// </summary>
    /// <param name="falsePositiveRate">From 0 to 1.</param>
    public double TruePositiveRateAt(double falsePositiveRate) => falsePositiveRate is >= 0 and <= 1
        ? _ranking.TruePositiveRateAt(falsePositiveRate)
        : throw new ArgumentOutOfRangeException(
            nameof(falsePositiveRate), falsePositiveRate, "Expected a false-positive rate from 0 to 1, such as 0.01.");

    /// <summary>
    /// The share of clean rows that a threshold flags which was calibrated elsewhere, such as
    /// <see cref="Detectors.ConformalCalibration.Threshold"/>.
    /// </summary>
    /// <param name="threshold">Rows that score higher are flagged, and so is NaN.</param>
    public double FalsePositiveRateAbove(float threshold) => _ranking.ShareAbove(Threshold(threshold)).Clean;

    /// <summary>The share of attacked rows that a threshold flags which was calibrated elsewhere.</summary>
    /// <param name="threshold">Rows that score higher are flagged, and so is NaN.</param>
    public double TruePositiveRateAbove(float threshold) => _ranking.ShareAbove(Threshold(threshold)).Attacked;

    /// <summary>
    /// The receiver operating characteristic from (0, 0) to (1, 1), thresholds descending. Points on a straight line between their
    /// neighbours are left out, so that the area under the lines between the points is <see cref="AreaUnderRocCurve"/>.
    /// </summary>
    public IReadOnlyList<RocPoint> RocCurve() => _ranking.RocCurve();

    /// <summary>The metrics of a stratified resample.</summary>
    internal DetectionMetrics Resample(Random random) => new(_ranking.Resample(random));

    private static float[] Rows(IEnumerable<float> scores, string parameter, string kind)
    {
        ArgumentNullException.ThrowIfNull(scores, parameter);
        float[] rows = [.. scores];
        return rows.Length > 0 ? rows : throw new ArgumentException($"Expected at least one {kind} row, got none.", parameter);
    }

    private static float Threshold(float threshold) => !float.IsNaN(threshold)
        ? threshold
        : throw new ArgumentException("Expected a threshold, got NaN.", nameof(threshold));
}
