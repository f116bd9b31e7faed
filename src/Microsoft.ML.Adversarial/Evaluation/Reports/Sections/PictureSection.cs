using System.Xml.Linq;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>Pictures with their captions.</summary>
internal static class PictureSection
{
    public static IEnumerable<XElement> Of(IReadOnlyList<ReportedPicture> pictures)
    {
        if (pictures.Count == 0)
        {
            yield break;
        }

        yield return new("h3", "Pictures");
        foreach (var picture in pictures)
        {
            yield return new(
                "figure",
                new XElement(
                    "img", new XAttribute("src", $"data:image/png;base64,{Convert.ToBase64String(picture.Png.Span)}"),
                    new XAttribute("alt", picture.Caption)),
                new XElement("figcaption", picture.Caption));
        }
    }
}
