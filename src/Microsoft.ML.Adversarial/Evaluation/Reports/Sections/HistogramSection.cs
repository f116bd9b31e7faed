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
            return new("figure", heading, new XElement("figcaption", "No score is a finite number."));
        }

        var highest = histogram.Clean.Concat(histogram.Attacked).Max();
        PlotArea area = new(
            new($"{scores.Detector}{(histogram.IsLogarithmic ? " (logarithmic)" : "")}", histogram.Lower, histogram.Upper)
            {
                IsLogarithmic = histogram.IsLogarithmic,
            },
            new("Share of rows", 0, highest) { IsShare = true });
        ChartSeries[] series =
        [
            new($"clean ({Wording.Count(scores.Clean.Count)} rows)", 0, histogram.Outline(histogram.Clean)),
            new($"attacked ({Wording.Count(scores.Attacked.Count)} rows)", 1, histogram.Outline(histogram.Attacked)),
        ];
        var areas = series.Select(one => new XElement(
            "path", Tags.Class($"area {one.Style}"), new XAttribute("d", LineChart.Path(area, one.Points)),
            new XElement("title", one.Name)));
        var threshold = scores.Threshold is { } score && histogram.Shows(score) ? area.Mark(score, "threshold") : [];
        return new(
            "figure", heading,
            area.Draw(id, $"Histogram of {scores.Detector} on clean rows and under {scores.Attack}", [.. areas, .. threshold]),
            ChartSeries.Legend(series.Select(one => (one, (object)one.Name))), Notes(scores, histogram));
    }

    private static XElement? Notes(ReportedScores scores, ScoreHistogram histogram)
    {
        List<string> notes = [];
        if (scores.Threshold is { } threshold && !histogram.Shows(threshold))
        {
            notes.Add($"The threshold, {Wording.Number(threshold)}, lies beyond the axis.");
        }

        if (histogram.WithoutPlace > 0)
        {
            notes.Add($"{Wording.Count(histogram.WithoutPlace)} scores are no numbers and not shown.");
        }

        return notes.Count == 0 ? null : new("figcaption", string.Join(' ', notes));
    }
}
