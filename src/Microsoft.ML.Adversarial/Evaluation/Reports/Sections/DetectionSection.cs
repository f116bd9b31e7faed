using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Reports.Charts;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>How detectors fare: figures, and a chart of ROC curves for each attack.</summary>
internal static class DetectionSection
{
    private const double LowestRate = 1e-3;
    private const int StepsPerDecade = 12;

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
            (group, place) => Chart(group.Key, [.. group], $"roc-{index + 1}-{place + 1}")));
    }

    private static HtmlTable Scores(DetectionEvaluation detection)
    {
        HtmlTable table = new(
            "Area under the ROC curve (0.5 is chance, 1 perfect), and attacked rows flagged at given false-positive rates. In small print: bootstrap intervals.", "Detector",
            "Attack", "AUROC", "AUPR", "Flagged at 1\u00A0% false", "Flagged at 5\u00A0% false", "Calibrated: false", "Calibrated: flagged");
        foreach (var result in detection.Results)
        {
            table.Add(
                result.ScoreColumnName, result.AttackName, Area(result.Metrics.AreaUnderRocCurve, result.Intervals.AreaUnderRocCurve),
                Area(result.Metrics.AreaUnderPrecisionRecallCurve, result.Intervals.AreaUnderPrecisionRecallCurve),
                Rate(result.Metrics.TruePositiveRateAt1Percent, result.Intervals.TruePositiveRateAt1Percent),
                Rate(result.Metrics.TruePositiveRateAt5Percent, result.Intervals.TruePositiveRateAt5Percent),
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
            table.Add(attack, Rate(rates.FalsePositiveRate, rates.FalsePositiveRateInterval), Rate(rates.TruePositiveRate, rates.TruePositiveRateInterval));
        }

        return table;
    }

    private static object[] Area(double area, ConfidenceInterval interval) =>
        [Wording.Invariant($"{area:0.000}"), " ", new XElement("small", Wording.Invariant($"{interval.Lower:0.000}–{interval.Upper:0.000}"))];

    private static object[] Rate(double rate, ConfidenceInterval interval) => [Wording.Percent(rate), " ", new XElement("small", Wording.Range(interval))];

    private static XElement Chart(string attack, IReadOnlyList<DetectionResult> results, string id)
    {
        PlotArea area = new(
            new("Clean rows flagged (logarithmic)", LowestRate, 1) { IsLogarithmic = true, IsShare = true }, new("Attacked rows flagged", 0, 1) { IsShare = true });
        ChartSeries[] series = [.. results.Select((result, place) => new ChartSeries(result.ScoreColumnName, place, Points(result.Metrics.RocCurve())))];
        XElement chance = new(
            "path", Tags.Class("chance"), new XAttribute("d", LineChart.Path(area, Points([new(0, 0, 0), new(1, 1, 0)]))), new XElement("title", "Chance"));
        return new(
            "figure", new XElement("h4", $"ROC curves, {attack}"), area.Draw(
                id, $"ROC curves against {attack}: {string.Join(", ", results.Select(result => Wording.Invariant($"{result.ScoreColumnName} {result.Metrics.AreaUnderRocCurve:0.000}")))}",
                [chance, .. LineChart.Lines(area, series)]),
            ChartSeries.Legend(series.Zip(results, (one, result) => (one, (object)Wording.Invariant($"{one.Name}, AUROC {result.Metrics.AreaUnderRocCurve:0.000}")))),
            new XElement("figcaption", "The dotted line is chance."));
    }

    // What is straight between two points on a plain axis is bent on a logarithmic one.
    private static IReadOnlyList<(double X, double Y)> Points(IReadOnlyList<RocPoint> curve)
    {
        List<(double X, double Y)> points = [];
        foreach (var (from, to) in curve.Zip(curve.Skip(1)))
        {
            var (start, end) = (Math.Max(from.FalsePositiveRate, LowestRate), to.FalsePositiveRate);
            if (end < LowestRate)
            {
                continue;
            }

            var steps = Math.Max(1, (int)Math.Ceiling(StepsPerDecade * Math.Log10(end / start)));
            for (var step = 0; step <= steps; step++)
            {
                var rate = step == steps ? end : start * Math.Pow(end / start, (double)step / steps);
                var width = to.FalsePositiveRate - from.FalsePositiveRate;
                var share = width > 0 ? (rate - from.FalsePositiveRate) / width : (double)step / steps;
                points.Add((rate, from.TruePositiveRate + (share * (to.TruePositiveRate - from.TruePositiveRate))));
            }
        }

        return points;
    }
}
