using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Evaluation.Systems;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>All models in one table, and what stands in the way of comparing them.</summary>
internal static class ComparisonSection
{
    public static XElement Of(IReadOnlyList<ReportedModel> models)
    {
        string[] figures = [.. models.SelectMany(model => model.Figures).Select(figure => figure.Key).Distinct()];
        var hasSystems = models.Any(model => model.System is not null);
        HtmlTable table = new(
            "The most robust first; models with failed checks come after all others, since their robust accuracy is likely to be "
            + "overstated. "
            + (hasSystems ? "Unflagged error: rows misclassified and not flagged at worst, by attacks that know of the detectors. " : "")
            + "In small print: confidence intervals.",
            [
                "Model", "Clean accuracy", "Robust accuracy", .. hasSystems ? ["Unflagged error"] : Array.Empty<string>(), "Checks",
                "Strongest attack", .. figures, "Threat model",
            ]);
        foreach (var (index, model) in models.Index().OrderBy(model => model.Item.Metrics.Warnings.Any())
            .ThenByDescending(model => model.Item.Metrics.RobustAccuracy.Value))
        {
            table.Add(
                Tags.Link(ModelSection.Id(index), model.Name),
                [
                    Wording.Share(model.Metrics.CleanAccuracy), RobustAccuracy(model.Metrics, index),
                    .. hasSystems ? [UnflaggedError(model.System, index)] : Array.Empty<object[]>(),
                    Checks(model), Strongest(model.Metrics),
                    .. figures.Select(name => model.Figures.FirstOrDefault(figure => figure.Key == name).Value ?? Wording.None),
                    Wording.Threat(model.Metrics.Record),
                ]);
        }

        return new(
            "section", Tags.Id("comparison"), new XElement("h2", "Comparison"), Notes(models).Select(DoubtBox.Of), table.ToElement());
    }

    /// <summary>The robust accuracy, with its warning beside it.</summary>
    public static object[] RobustAccuracy(RobustnessMetrics metrics, int index) =>
        [.. Wording.Share(metrics.RobustAccuracy), .. DoubtMark.Of(metrics.Warnings, ChecksSection.Id(index))];

    private static object[] UnflaggedError(SystemMetrics? metrics, int index) => metrics is null
        ? [Wording.None]
        : [.. Wording.Share(metrics.UnflaggedError), .. DoubtMark.Of(metrics.Warnings, ChecksSection.SystemId(index))];

    private static string Checks(ReportedModel model)
    {
        var failed = model.Metrics.Warnings.Count() + (model.System?.Warnings.Count() ?? 0);
        return failed > 0 ? $"✗ {failed} failed" : "✓ none failed";
    }

    private static string Strongest(RobustnessMetrics metrics) =>
        metrics.Attacks.MaxBy(attack => attack.Success.Count)?.Name ?? Wording.None;

    private static IEnumerable<string> Notes(IReadOnlyList<ReportedModel> models)
    {
        if (Differ(models.Select(model => Wording.Threat(model.Metrics.Record))))
        {
            yield return "The models were tested under different threat models: compare those with the same only.";
        }

        if (Differ(models.Select(model => DataFingerprint.Of(model.Metrics.Record))))
        {
            yield return "The models were tested on different rows: differences between them may come from the data.";
        }

        if (Differ(models.Select(model => string.Join(';', model.Metrics.Record.Attacks.Select(attack => attack.Settings)))))
        {
            yield return "The models were attacked in different ways: more or stronger attacks lower the robust accuracy.";
        }

        if (Differ(models.Select(model => model.System?.Record).OfType<SystemRecord>().Select(Conditions)))
        {
            yield return "The detectors were tested under different threat models, suites, false-positive rates or numbers of rows: "
                + "compare unflagged errors of the same only.";
        }
    }

    private static string Conditions(SystemRecord record) =>
        Wording.Invariant($"{Wording.Threat(record)} {record.Suite} {record.FalsePositiveRate} {record.Rows.Count}");

    private static bool Differ(IEnumerable<string> texts) => texts.Distinct().Count() > 1;
}
