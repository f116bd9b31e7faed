using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>What came out, in words, for each model.</summary>
internal static class VerdictSection
{
    public static XElement Of(IReadOnlyList<ReportedModel> models) => new(
        "section", Tags.Id("verdict"), new XElement("h2", "Verdict"),
        new XElement("div", Tags.Class("cards"), models.Select((model, index) => Card(model, index))));

    private static XElement Card(ReportedModel model, int index)
    {
        var metrics = model.Metrics;
        return new(
            "article", Tags.Class("card"), new XElement("h3", Tags.Link(ModelSection.Id(index), model.Name)),
            Measure("clean", metrics.CleanAccuracy, "clean"), Measure("robust", metrics.RobustAccuracy, "robust"),
            Sentence(metrics), Incomplete(metrics.Record),
            DoubtBox.Of("The robust accuracy is", metrics.Diagnostics, ChecksSection.Id(index)),
            model.System is { } system ? SystemVerdict.Of(system, index) : null);
    }

    private static XElement Measure(string name, Share share, string style)
    {
        var width = Wording.Place(double.IsNaN(share.Value) ? 0 : 100 * share.Value);
        return new(
            "div", Tags.Class("measure"), new XElement("span", name),
            new XElement("span", Tags.Class("bar"), new XAttribute("aria-hidden", "true"), new XElement(
                "span", Tags.Class(style), new XAttribute("style", $"width:{width}%"))),
            new XElement("strong", Wording.Percent(share)));
    }

    private static XElement Sentence(RobustnessMetrics metrics)
    {
        var (clean, robust) = (metrics.CleanAccuracy, metrics.RobustAccuracy);
        return clean.Total == 0
            ? Tags.Paragraph("No row could be evaluated.")
            : Tags.Paragraph(
                $"Right about {Wording.Percent(clean)} of {Wording.Count(clean.Total)} clean rows "
                + $"({Wording.Interval(clean.Interval, metrics.Confidence)}); an attacker within {Wording.Threat(metrics.Record)} leaves "
                + $"{Wording.Percent(robust)} ({Wording.Interval(robust.Interval, metrics.Confidence)}).");
    }

    private static XElement? Incomplete(EvaluationRecord record) => record.IsComplete
        ? null
        : DoubtBox.Of(
            $"The evaluation was cancelled after {Wording.Count(record.Rows.Count)} rows of {Wording.Count(record.RowCount)} or more.");
}
