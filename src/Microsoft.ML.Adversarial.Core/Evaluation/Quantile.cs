namespace Microsoft.ML.Adversarial.Evaluation;

/// <summary>Quantiles with linear interpolation between order statistics.</summary>
internal static class Quantile
{
    /// <param name="ascending">At least one value, in rising order.</param>
    /// <param name="share">From 0 to 1.</param>
    public static double Of(IReadOnlyList<double> ascending, double share)
    {
        var position = share * (ascending.Count - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, ascending.Count - 1);
        return ascending[below] + ((position - below) * (ascending[above] - ascending[below]));
    }
}
