using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Charts;

/// <summary>The drawing of a chart: two axes with what belongs to them, and places within.</summary>
internal sealed class PlotArea(ChartAxis horizontal, ChartAxis vertical)
{
    // Small enough that texts can be read where it fills the width of a phone.
    private const double Width = 420;
    private const double Height = 270;
    private const double Left = 52;
    private const double Right = 14;
    private const double Top = 24;
    private const double Bottom = 42;

    public double X(double value) => Left + (horizontal.Position(value) * (Width - Left - Right));

    public double Y(double value) => Height - Bottom - (vertical.Position(value) * (Height - Top - Bottom));

    /// <summary>The drawing.</summary>
    /// <param name="id">One of its kind on the page.</param>
    /// <param name="title">What is drawn, for those who cannot see it.</param>
    /// <param name="content">What is drawn within the axes.</param>
    public XElement Draw(string id, string title, IEnumerable<XElement> content) => new(
        "svg", Tags.Class("chart"), new XAttribute("viewBox", $"0 0 {Width} {Height}"), new XAttribute("role", "img"),
        new XAttribute("aria-labelledby", id), new XElement("title", Tags.Id(id), title), HorizontalAxis(), VerticalAxis(), content);

    /// <summary>A line straight up, with a text beside its upper end, below the axis' label.</summary>
    public IEnumerable<XElement> Mark(double value, string text)
    {
        yield return Line("mark", X(value), Top, X(value), Height - Bottom);
        var isRight = X(value) > Width * 0.8;
        yield return Label(text, X(value) + (isRight ? -5 : 5), Top + 14, isRight ? "end" : "start");
    }

    public static XElement Line(string style, double x1, double y1, double x2, double y2) => new(
        "line", Tags.Class(style), new XAttribute("x1", Wording.Place(x1)), new XAttribute("y1", Wording.Place(y1)),
        new XAttribute("x2", Wording.Place(x2)), new XAttribute("y2", Wording.Place(y2)));

    private static XElement Label(string text, double x, double y, string anchor) => new(
        "text", new XAttribute("x", Wording.Place(x)), new XAttribute("y", Wording.Place(y)), new XAttribute("text-anchor", anchor), text);

    private IEnumerable<XElement> HorizontalAxis()
    {
        const double y = Height - Bottom;
        foreach (var (position, text) in horizontal.Ticks())
        {
            var x = Left + (position * (Width - Left - Right));
            yield return Line("grid", x, Top, x, y);
            yield return Label(text, x, y + 16, position > 0.97 ? "end" : "middle");
        }

        yield return Line("axis", Left, y, Width - Right, y);
        yield return Label(horizontal.Label, (Left + Width - Right) / 2, Height - 6, "middle");
    }

    private IEnumerable<XElement> VerticalAxis()
    {
        foreach (var (position, text) in vertical.Ticks())
        {
            var y = Height - Bottom - (position * (Height - Top - Bottom));
            yield return Line("grid", Left, y, Width - Right, y);
            yield return Label(text, Left - 6, y + 4, "end");
        }

        yield return Line("axis", Left, Top, Left, Height - Bottom);
        yield return Label(vertical.Label, 2, 12, "start");
    }
}
