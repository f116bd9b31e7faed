using System.Text;
using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Charts;

/// <summary>Lines over an axis.</summary>
internal static class LineChart
{
    // What lies closer to the point before, in units of the drawing, nobody sees.
    private const double Closest = 1.5;

    public static IEnumerable<XElement> Lines(PlotArea area, IEnumerable<ChartSeries> series) => series.Select(one => new XElement(
        "path", Tags.Class($"line {one.Style}"), new XAttribute("style", "fill:none"), new XAttribute("d", Path(area, one.Points)),
        new XElement("title", one.Name)));

    public static string Path(PlotArea area, IReadOnlyList<(double X, double Y)> points)
    {
        StringBuilder path = new();
        var (lastX, lastY) = (double.NegativeInfinity, double.NegativeInfinity);
        foreach (var (index, point) in points.Index())
        {
            var (x, y) = (area.X(point.X), area.Y(point.Y));
            if (index < points.Count - 1 && Math.Abs(x - lastX) < Closest && Math.Abs(y - lastY) < Closest)
            {
                continue;
            }

            path.Append(index == 0 ? 'M' : 'L').Append(Wording.Place(x)).Append(' ').Append(Wording.Place(y));
            (lastX, lastY) = (x, y);
        }

        return path.ToString();
    }
}
