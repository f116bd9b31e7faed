using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Reports.Charts;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>Scores of clean and attacked rows, a chart for each detector and attack.</summary>
internal static class HistogramSection
{
    public static IEnumerable<XElement> Of(IReadOnlyList<ReportedScores> scores, int index)
    {
        if (scores.Count == 0)
        {
            yield break;
        }

        yield return new("h3", "Scores of clean and attacked rows");
        yield return new("div", Tags.Class("charts"), scores.Select((one, place) => Chart(one, $"scores-{index + 1}-{place + 1}")));
    }

    private static XElement Chart(ReportedScores scores, string id)
    {
        var heading = new XElement("h4", $"{scores.Detector}, {scores.Attack}");
        if (ScoreHistogram.Of(scores.Clean, scores.Attacked) is not { } histogram)
        {
            return new("figure", heading, new XElement("figcaption", "No score is a number."));
        }

        var highest = histogram.Clean.Concat(histogram.Attacked).Max();
        PlotArea area = new(
            new($"{scores.Detector}{(histogram.IsLogarithmic ? " (logarithmic)" : "")}", histogram.Lower, histogram.Upper) { IsLogarithmic = histogram.IsLogarithmic },
            new("Share of rows", 0, highest) { IsShare = true });
        ChartSeries[] series =
        [
            new($"clean ({Wording.Count(scores.Clean.Count)} rows)", 0, histogram.Outline(histogram.Clean)),
            new($"attacked ({Wording.Count(scores.Attacked.Count)} rows)", 1, histogram.Outline(histogram.Attacked)),
        ];
        return new(
            "figure", heading,
            area.Draw(id, $"Histogram of {scores.Detector} on clean rows and under {scores.Attack}", series.Select(one => new XElement(
                "path", Tags.Class($"area {one.Style}"), new XAttribute("d", LineChart.Path(area, one.Points)), new XElement("title", one.Name)))),
            ChartSeries.Legend(series.Select(one => (one, (object)one.Name))),
            histogram.WithoutPlace > 0 ? new XElement("figcaption", $"{Wording.Count(histogram.WithoutPlace)} scores are no numbers and not shown.") : null);
    }
}
