namespace Microsoft.ML.Adversarial.Classifiers.Pipelines;

/// <summary>What rows say about the values of each feature.</summary>
internal sealed class FeatureStatistics
{
    /// <param name="values">The features of all rows, one after the other.</param>
    /// <param name="width">Features per row.</param>
    public FeatureStatistics(float[] values, int width)
    {
        if (values.Length == 0)
        {
            throw new ArgumentException("Expected rows to see the values of each feature in, got none.");
        }

        var (lower, upper, mean, squares) = (new float[width], new float[width], new double[width], new double[width]);
        Array.Fill(lower, float.PositiveInfinity);
        Array.Fill(upper, float.NegativeInfinity);
        for (var place = 0; place < values.Length; place++)
        {
            var (feature, value) = (place % width, values[place]);
            var rows = (place / width) + 1;
            (lower[feature], upper[feature]) = (Math.Min(lower[feature], value), Math.Max(upper[feature], value));
            // Welford's: large values that differ little keep their digits.
            var difference = value - mean[feature];
            mean[feature] += difference / rows;
            squares[feature] += difference * (value - mean[feature]);
        }

        (Lower, Upper) = (lower, upper);
        Ranges = [.. lower.Zip(upper, (low, high) => OneIfNone((double)high - low))];
        StandardDeviations = [.. squares.Select(sum => OneIfNone(Math.Sqrt(sum / (values.Length / width))))];
    }

    public float[] Lower { get; }

    public float[] Upper { get; }

    public IReadOnlyList<double> Ranges { get; }

    public IReadOnlyList<double> StandardDeviations { get; }

    private static double OneIfNone(double size) => size > 0 && double.IsFinite(size) ? size : 1;
}
