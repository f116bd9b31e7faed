namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>The sizes of the perturbations that broke a row, in one norm; NaN where there are none.</summary>
/// <param name="Norm">The norm.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Median">Their median.</param>
/// <param name="Percentile10">The size that 10 % of them do not exceed, with linear interpolation.</param>
/// <param name="Percentile90">The size that 90 % of them do not exceed.</param>
public sealed record SizeSummary(string Norm, double Mean, double Median, double Percentile10, double Percentile90)
{
    internal static SizeSummary Of(string norm, IEnumerable<double> sizes)
    {
        double[] ascending = [.. sizes.Order()];
        return ascending.Length == 0
            ? new(norm, double.NaN, double.NaN, double.NaN, double.NaN)
            : new(norm, ascending.Average(), Quantile.Of(ascending, 0.5), Quantile.Of(ascending, 0.1), Quantile.Of(ascending, 0.9));
    }
}
