using System.Globalization;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Tool.Evaluating;

/// <summary>Shares of rows as tables print them.</summary>
internal static class ShareText
{
    public static string Percent(double share) =>
        double.IsNaN(share) ? "-" : string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.00} %");

    public static string Percent(this Share share) => Percent(share.Value);

    public static string WithInterval(this Share share, double confidence) => string.Create(
        CultureInfo.InvariantCulture,
        $"{share.Percent()} ({share.Count} of {share.Total} rows; {confidence:P0} sure of {Percent(share.Interval.Lower)} to ")
        + $"{Percent(share.Interval.Upper)})";
}
