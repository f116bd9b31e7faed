using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Diagnostics;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>What stands out because it keeps numbers from being believed.</summary>
internal static class DoubtBox
{
    public static XElement Of(string text) => new("div", Tags.Class("doubt"), Tags.Paragraph(Tags.Icon("⚠"), text));

    /// <summary>The checks that failed, or nothing.</summary>
    /// <param name="claim">What is not to be trusted.</param>
    /// <param name="diagnostics">All checks.</param>
    /// <param name="checks">The id of the list of checks.</param>
    public static XElement? Of(string claim, IReadOnlyList<Diagnostic> diagnostics, string checks)
    {
        Diagnostic[] warnings = [.. diagnostics.Where(diagnostic => diagnostic.CastsDoubt)];
        return warnings.Length == 0
            ? null
            : new(
                "div", Tags.Class("doubt"),
                Tags.Paragraph(
                    Tags.Icon("⚠"), new XElement("strong", $"{claim} not to be trusted: "),
                    Tags.Link(checks, $"{warnings.Length} of {diagnostics.Count} checks failed"), "."),
                new XElement("ul", warnings.Select(warning => new XElement("li", $"{Wording.Words(warning.Kind)}: {warning.Finding}"))));
    }
}
