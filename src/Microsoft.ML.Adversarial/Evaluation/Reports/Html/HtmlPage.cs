using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Html;

/// <summary>A page that loads nothing, as HTML that is well-formed XML too.</summary>
internal static class HtmlPage
{
    // Elements without content and without an end tag; those of drawings may end in themselves.
    private static readonly HashSet<string> Void = ["br", "col", "hr", "img", "meta", "circle", "line", "path", "rect"];

    /// <summary>Writes a page.</summary>
    /// <param name="stream">Where to; it stays open.</param>
    /// <param name="title">The title of the window.</param>
    /// <param name="body">The content of the body.</param>
    public static void Write(Stream stream, string title, IEnumerable<XElement> body)
    {
        XElement page = new(
            "html",
            new XAttribute("lang", "en"),
            new XElement(
                "head",
                new XElement("meta", new XAttribute("charset", "utf-8")),
                new XElement("meta", new XAttribute("name", "viewport"), new XAttribute("content", "width=device-width, initial-scale=1")),
                new XElement("meta", new XAttribute("name", "color-scheme"), new XAttribute("content", "light dark")),
                new XElement(
                    "meta", new XAttribute("http-equiv", "Content-Security-Policy"),
                    new XAttribute("content", "default-src 'none'; style-src 'unsafe-inline'; img-src data:")),
                new XElement("title", title),
                new XElement("style", Stylesheet.Text)),
            new XElement("body", body));
        foreach (var element in page.DescendantsAndSelf())
        {
            Clean(element);
        }

        using var writer = XmlWriter.Create(stream, new()
        {
            Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            OmitXmlDeclaration = true,
            NewLineHandling = NewLineHandling.None,
            CloseOutput = false,
        });
        writer.WriteRaw("<!DOCTYPE html>\n");
        page.WriteTo(writer);
        writer.WriteRaw("\n");
    }

    private static void Clean(XElement element)
    {
        foreach (var attribute in element.Attributes())
        {
            attribute.Value = Valid(attribute.Value);
        }

        foreach (var text in element.Nodes().OfType<XText>())
        {
            text.Value = Valid(text.Value);
        }

        if (element.IsEmpty && !Void.Contains(element.Name.LocalName))
        {
            element.Value = "";
        }
    }

    // Names come from anywhere: what XML cannot hold would end the whole report.
    private static string Valid(string text)
    {
        StringBuilder? cleaned = null;
        for (var place = 0; place < text.Length; place++)
        {
            if (XmlConvert.IsXmlChar(text[place]))
            {
                continue;
            }

            if (place + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[place + 1], text[place]))
            {
                place++;
                continue;
            }

            cleaned ??= new(text);
            cleaned[place] = '\uFFFD';
        }

        return cleaned?.ToString() ?? text;
    }
}
