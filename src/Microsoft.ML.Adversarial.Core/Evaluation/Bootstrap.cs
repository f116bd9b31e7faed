namespace Microsoft.ML.Adversarial.Evaluation;

/// <summary>
/// The percentile bootstrap (Efron &amp; Tibshirani 1993, chapter 13), stratified: clean and attacked rows are resampled apart, with
/// replacement, as many as there are of each. Where a metric sits at its end, such as an area of 1, all resamples agree and the interval is
/// a point; that says little about other rows.
/// </summary>
public sealed record Bootstrap
{
    /// <summary>Resamples, at least 1. Default 1000.</summary>
    public int ResampleCount
    {
        get;
        init => field = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(ResampleCount), value, "Expected at least 1 resample; 1000 is usual.");
    } = 1000;

    /// <summary>The confidence level, between 0 and 1. Default 0.95.</summary>
    public double Level
    {
        get;
        init => field = value is > 0 and < 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Level), value, "Expected a confidence level between 0 and 1, such as 0.95.");
    } = 0.95;

    /// <summary>The seed of the resamples: equal seeds give equal intervals. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Confidence intervals of metrics. All metrics see the same resamples.</summary>
    /// <param name="metrics">The metrics of the rows at hand.</param>
    /// <param name="statistics">What to compute of each resample, such as <c>metrics => metrics.TruePositiveRateAt(0.001)</c>.</param>
    /// <returns>One interval per statistic: the quantiles (1 ∓ level) / 2 of its values, with linear interpolation between order statistics.</returns>
    public IReadOnlyList<ConfidenceInterval> Intervals(DetectionMetrics metrics, params IReadOnlyList<Func<DetectionMetrics, double>> statistics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(statistics);
        var random = new Random(Seed);
        var values = new double[statistics.Count][];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = new double[ResampleCount];
        }

        for (var resample = 0; resample < ResampleCount; resample++)
        {
            var resampled = metrics.Resample(random);
            for (var i = 0; i < values.Length; i++)
            {
                values[i][resample] = statistics[i](resampled);
            }
        }

        return [.. values.Select(Percentiles)];
    }

    private ConfidenceInterval Percentiles(double[] values)
    {
        Array.Sort(values);
        return new(Quantile.Of(values, (1 - Level) / 2), Quantile.Of(values, (1 + Level) / 2));
    }
}
