using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Charts;

/// <summary>ROC curves over a logarithmic false-positive rate.</summary>
internal static class RocChart
{
    private const double LowestRate = 1e-3;
    private const int StepsPerDecade = 12;

    public static XElement Of(string heading, IReadOnlyList<RocCurve> curves, string id)
    {
        PlotArea area = new(
            new("Clean rows flagged (logarithmic)", LowestRate, 1) { IsLogarithmic = true, IsShare = true },
            new("Attacked rows flagged", 0, 1) { IsShare = true });
        ChartSeries[] series = [.. curves.Select(curve => new ChartSeries(curve.Name, curve.Place, Points(curve.Metrics.RocCurve())))];
        XElement chance = new(
            "path", Tags.Class("chance"), new XAttribute("d", LineChart.Path(area, Points([new(0, 0, 0), new(1, 1, 0)]))),
            new XElement("title", "Chance"));
        var areas = curves.Select(curve => $"{curve.Name} {Wording.Area(curve.Metrics.AreaUnderRocCurve)}");
        return new(
            "figure", new XElement("h4", heading),
            area.Draw(id, $"{heading}: {string.Join(", ", areas)}", [chance, .. LineChart.Lines(area, series)]),
            ChartSeries.Legend(series.Zip(
                curves, (one, curve) => (one, (object)$"{one.Name}, AUROC {Wording.Area(curve.Metrics.AreaUnderRocCurve)}"))),
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

/// <summary>A curve of a chart.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Place">Its place among all curves, from 0, which decides its colour.</param>
/// <param name="Metrics">What it is drawn from.</param>
internal sealed record RocCurve(string Name, int Place, DetectionMetrics Metrics);
