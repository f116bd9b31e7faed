using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>All models in one table, and what stands in the way of comparing them.</summary>
internal static class ComparisonSection
{
    public static XElement Of(IReadOnlyList<ReportedModel> models)
    {
        string[] figures = [.. models.SelectMany(model => model.Figures).Select(figure => figure.Key).Distinct()];
        HtmlTable table = new(
            "The most robust first; models with failed checks come after all others, since their robust accuracy is likely to be overstated. "
            + "In small print: confidence intervals.",
            ["Model", "Clean accuracy", "Robust accuracy", "Checks", "Strongest attack", .. figures, "Threat model"]);
        foreach (var (index, model) in models.Index().OrderBy(model => model.Item.Metrics.Warnings.Any())
            .ThenByDescending(model => model.Item.Metrics.RobustAccuracy.Value))
        {
            table.Add(
                Tags.Link(ModelSection.Id(index), model.Name),
                [
                    Wording.Share(model.Metrics.CleanAccuracy), RobustAccuracy(model.Metrics, index), Checks(model.Metrics), Strongest(model.Metrics),
                    .. figures.Select(name => model.Figures.FirstOrDefault(figure => figure.Key == name).Value ?? Wording.None), Wording.Threat(model.Metrics.Record),
                ]);
        }

        return new("section", Tags.Id("comparison"), new XElement("h2", "Comparison"), Notes(models), table.ToElement());
    }

    /// <summary>The robust accuracy, with its warning beside it.</summary>
    public static object[] RobustAccuracy(RobustnessMetrics metrics, int index) =>
        [.. Wording.Share(metrics.RobustAccuracy), .. metrics.Warnings.Any() ? Doubtful(index) : []];

    /// <summary>What stands beside every number that a failed check casts doubt on.</summary>
    public static object[] Doubtful(int index) => [" ", new XElement("span", Tags.Class("warning"), Tags.Link(ChecksSection.Id(index), "⚠ doubtful"))];

    private static string Checks(RobustnessMetrics metrics) => metrics.Warnings.Count() is > 0 and var failed ? $"✗ {failed} failed" : "✓ none failed";

    private static string Strongest(RobustnessMetrics metrics) => metrics.Attacks.MaxBy(attack => attack.Success.Count)?.Name ?? Wording.None;

    private static IEnumerable<XElement> Notes(IReadOnlyList<ReportedModel> models)
    {
        if (models.Select(model => Wording.Threat(model.Metrics.Record)).Distinct().Count() > 1)
        {
            yield return Note("The models were tested under different threat models: compare those with the same only.");
        }

        if (models.Select(model => DataFingerprint.Of(model.Metrics.Record)).Distinct().Count() > 1)
        {
            yield return Note("The models were tested on different rows: differences between them may come from the data.");
        }

        if (models.Select(model => string.Join(';', model.Metrics.Record.Attacks.Select(attack => attack.Settings))).Distinct().Count() > 1)
        {
            yield return Note("The models were attacked in different ways: more or stronger attacks lower the robust accuracy.");
        }
    }

    private static XElement Note(string text) => new("div", Tags.Class("doubt"), Tags.Paragraph(Tags.Icon("⚠"), text));
}
