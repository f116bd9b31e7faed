using System.Xml.Linq;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Html;

/// <summary>A table whose first column names the rows. It scrolls within itself where it is wider than the screen.</summary>
internal sealed class HtmlTable
{
    private readonly string _caption;
    private readonly string[] _headings;
    private readonly List<XElement> _rows = [];

    public HtmlTable(string caption, params string[] headings) => (_caption, _headings) = (caption, headings);

    /// <summary>Whether the cells are texts, not numbers that are compared down the column.</summary>
    public bool HasTexts { get; init; }

    public bool IsEmpty => _rows.Count == 0;

    /// <summary>Adds a row: texts, elements or lists of them.</summary>
    public void Add(object name, params object?[] cells) => _rows.Add(new(
        "tr", new XElement("th", new XAttribute("scope", "row"), name), cells.Select(cell => new XElement("td", cell))));

    public XElement ToElement() => new(
        "div", Tags.Class("scroll"), new XAttribute("role", "region"), new XAttribute("tabindex", "0"),
        new XAttribute("aria-label", _caption),
        new XElement(
            "table", HasTexts ? Tags.Class("texts") : null, new XElement("caption", new XElement("span", _caption)),
            new XElement("thead", new XElement("tr", _headings.Select(
                heading => new XElement("th", new XAttribute("scope", "col"), heading)))),
            new XElement("tbody", _rows)));
}
