using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Charts;

/// <summary>
/// Points that belong together, and how they are told from others: by colour and by dashes, since colours alone do not reach everybody.
/// </summary>
/// <param name="Name">What the legend calls them.</param>
/// <param name="Place">Their place among the series, from 0.</param>
/// <param name="Points">The points, from left to right.</param>
internal sealed record ChartSeries(string Name, int Place, IReadOnlyList<(double X, double Y)> Points)
{
    private const int Colours = 8;
    private const int Dashes = 3;

    public string Style => $"s{Place % Colours} d{Place % Dashes}";

    /// <summary>A list that says which line is which.</summary>
    public static XElement Legend(IEnumerable<(ChartSeries Series, object Text)> entries) => new(
        "ul", Tags.Class("legend"), entries.Select(entry => new XElement(
            "li",
            new XElement(
                "svg", new XAttribute("viewBox", "0 0 36 10"), new XAttribute("aria-hidden", "true"),
                new XElement(
                    "path", Tags.Class($"line {entry.Series.Style}"), new XAttribute("style", "fill:none"),
                    new XAttribute("d", "M1 5H35"))),
            new XElement("span", entry.Text))));
}
