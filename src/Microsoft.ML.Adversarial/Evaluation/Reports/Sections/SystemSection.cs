using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;
using Microsoft.ML.Adversarial.Evaluation.Systems;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>
/// A model with its detectors as one system: what passes it, what each attack does to it, and what each detector is worth.
/// </summary>
internal static class SystemSection
{
    public static IEnumerable<XElement?> Of(SystemMetrics metrics, int index)
    {
        yield return new("h3", "Detectors under attacks that know of them");
        yield return Conditions(metrics.Record);
        yield return Incomplete(metrics.Record);
        yield return Joint(metrics, index).ToElement();
        yield return SystemTables.Detectors(metrics, index).ToElement();
        yield return SystemTables.Attacks(metrics, index).ToElement();
        foreach (var table in metrics.Detectors.SelectMany(detector => SystemTables.AgainstDetector(metrics, detector)))
        {
            yield return table;
        }

        foreach (var element in SystemRocCurves.Of(metrics, index))
        {
            yield return element;
        }
    }

    /// <summary>What says that rows are missing; null where none are.</summary>
    public static XElement? Incomplete(SystemRecord record) => record.IsComplete
        ? null
        : DoubtBox.Of($"The evaluation with detectors was cancelled after {Wording.Count(record.Rows.Count)} rows.");

    private static XElement Conditions(SystemRecord record) => Tags.Paragraph(
        $"A row is flagged if any detector scores it above its threshold; at most {Wording.Percent(record.FalsePositiveRate)} of clean "
        + $"rows are to be. Attacked within {Wording.Threat(record)} by the suite {record.Suite}, whose attacks know of no detector, and by "
        + "attacks made to evade the detectors, "
        + $"on {Wording.Count(record.Rows.Count)} rows, seed {Wording.Invariant($"{record.Seed}")}."
        + (record.AttacksLeftOut.Count > 0
            ? $" Left out, as they need what the model has not: {string.Join(", ", record.AttacksLeftOut)}."
            : ""));

    private static HtmlTable Joint(SystemMetrics metrics, int index)
    {
        var doubt = DoubtMark.Of(metrics.Warnings, ChecksSection.SystemId(index));
        (string What, object[] Rows)[] shares =
        [
            ("Misclassified and unflagged, at worst", [.. Wording.Share(metrics.UnflaggedError), .. doubt]),
            ("Misclassified and unflagged, unperturbed", Wording.Share(metrics.CleanUnflaggedError)),
            ("Robust accuracy of the system", [.. Wording.Share(metrics.RobustAccuracy), .. doubt]),
            (
                $"Robust accuracy of the bare classifier within half the budget, {Wording.Number(metrics.Record.Epsilon / 2)}",
                metrics.HalfBudgetAccuracy is { } half ? Wording.Share(half) : [Wording.None]),
            ("Clean accuracy", Wording.Share(metrics.CleanAccuracy)),
            ("Clean rows flagged", Wording.Share(metrics.FalsePositives)),
        ];
        HtmlTable table = new("What counts in the end, of all evaluated rows. In small print: confidence intervals.", "What", "Rows");
        foreach (var (what, rows) in shares)
        {
            table.Add(what, (object)rows);
        }

        return table;
    }
}
