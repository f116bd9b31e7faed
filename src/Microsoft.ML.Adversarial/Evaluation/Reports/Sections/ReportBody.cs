using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>All of a report: what concerns all models first, then a section for each.</summary>
internal static class ReportBody
{
    public static IEnumerable<XElement> Of(EvaluationReport report)
    {
        var models = report.Models;
        yield return new(
            "header", new XElement("h1", report.Title),
            report.Description.Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(text => Tags.Paragraph(text)),
            new XElement(
                "nav", new XAttribute("aria-label", "Contents"),
                new XElement("ul", Links(models).Select(link => new XElement("li", link)))));
        yield return new(
            "main",
            VerdictSection.Of(models), ComparisonSection.Of(models), TestedSection.Of(models), CurvesSection.Of(models),
            models.Select((model, index) => ModelSection.Of(model, index)));
    }

    private static IEnumerable<XElement> Links(IReadOnlyList<ReportedModel> models) =>
    [
        Tags.Link("verdict", "Verdict"), Tags.Link("comparison", "Comparison"), Tags.Link("tested", "What was tested"),
        Tags.Link("curves", "Security curves"),
        .. models.Select((model, index) => Tags.Link(ModelSection.Id(index), model.Name)),
    ];
}
