using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Reports.Charts;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>How detectors fare: figures, and a chart of ROC curves for each attack.</summary>
internal static class DetectionSection
{
    public static IEnumerable<XElement> Of(DetectionEvaluation detection, int index)
    {
        yield return new("h3", "Detection");
        yield return Scores(detection).ToElement();
        if (detection.Flags.Count > 0)
        {
            yield return Flags(detection).ToElement();
        }

        if (detection.AttacksWithoutRows.Count > 0)
        {
            yield return Tags.Paragraph($"No row counts of: {string.Join(", ", detection.AttacksWithoutRows)}.");
        }

        yield return new("div", Tags.Class("charts"), detection.Results.GroupBy(result => result.AttackName).Select(
            (group, place) => RocChart.Of(
                $"ROC curves, {group.Key}",
                [.. group.Select((result, curve) => new RocCurve(result.ScoreColumnName, curve, result.Metrics))],
                $"roc-{index + 1}-{place + 1}")));
    }

    private static HtmlTable Scores(DetectionEvaluation detection)
    {
        HtmlTable table = new(
            "Area under the ROC curve (0.5 is chance, 1 perfect), and attacked rows flagged at given false-positive rates. In small print: "
            + "bootstrap intervals.",
            "Detector", "Attack", "AUROC", "AUPR", "Flagged at 1\u00A0% false", "Flagged at 5\u00A0% false", "Calibrated: false",
            "Calibrated: flagged");
        foreach (var result in detection.Results)
        {
            var (metrics, intervals) = (result.Metrics, result.Intervals);
            table.Add(
                result.ScoreColumnName, result.AttackName, Area(metrics.AreaUnderRocCurve, intervals.AreaUnderRocCurve),
                Area(metrics.AreaUnderPrecisionRecallCurve, intervals.AreaUnderPrecisionRecallCurve),
                Rate(metrics.TruePositiveRateAt1Percent, intervals.TruePositiveRateAt1Percent),
                Rate(metrics.TruePositiveRateAt5Percent, intervals.TruePositiveRateAt5Percent),
                result.AtThreshold is { } rates ? Rate(rates.FalsePositiveRate, rates.FalsePositiveRateInterval) : Wording.None,
                result.AtThreshold is { } at ? Rate(at.TruePositiveRate, at.TruePositiveRateInterval) : Wording.None);
        }

        return table;
    }

    private static HtmlTable Flags(DetectionEvaluation detection)
    {
        HtmlTable table = new("The pipeline's own flag.", "Attack", "Clean rows flagged", "Attacked rows flagged");
        foreach (var (attack, rates) in detection.Flags)
        {
            table.Add(
                attack, Rate(rates.FalsePositiveRate, rates.FalsePositiveRateInterval),
                Rate(rates.TruePositiveRate, rates.TruePositiveRateInterval));
        }

        return table;
    }

    private static object[] Area(double area, ConfidenceInterval interval) =>
        [Wording.Area(area), " ", new XElement("small", Wording.Area(interval))];

    private static object[] Rate(double rate, ConfidenceInterval interval) =>
        [Wording.Percent(rate), " ", new XElement("small", Wording.Range(interval))];
}
