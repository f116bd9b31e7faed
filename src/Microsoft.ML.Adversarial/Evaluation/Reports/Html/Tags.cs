using System.Xml.Linq;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Html;

/// <summary>Elements and attributes that occur often.</summary>
internal static class Tags
{
    public static XAttribute Class(string name) => new("class", name);

    public static XAttribute Id(string id) => new("id", id);

    public static XElement Paragraph(params object?[] content) => new("p", content);

    public static XElement Link(string id, params object?[] content) => new("a", new XAttribute("href", $"#{id}"), content);

    /// <summary>What is folded away on a screen, and open on paper.</summary>
    public static XElement Folded(string summary, params object?[] content) => new("details", new XElement("summary", summary), content);

    /// <summary>A sign that means what the text beside it says, and that nobody needs to have read out.</summary>
    public static XElement Icon(string sign) => new("span", Class("icon"), new XAttribute("aria-hidden", "true"), sign);
}
