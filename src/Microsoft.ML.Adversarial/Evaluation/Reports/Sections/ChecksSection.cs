using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Diagnostics;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>Every diagnostic with what came of it: those that failed in sight, the others to be unfolded.</summary>
internal static class ChecksSection
{
    public static string Id(int index) => $"checks-{index + 1}";

    public static IEnumerable<XElement> Of(RobustnessMetrics metrics, int index)
    {
        var failed = metrics.Diagnostics.Where(diagnostic => diagnostic.Outcome == DiagnosticOutcome.Failed).ToArray();
        Diagnostic[] others = [.. metrics.Diagnostics.Where(diagnostic => diagnostic.Outcome != DiagnosticOutcome.Failed).OrderBy(diagnostic => diagnostic.Outcome)];
        yield return new("h3", Tags.Id(Id(index)), "Can the numbers be believed?");
        yield return failed.Length == 0
            ? Tags.Paragraph("No check casts doubt on the robust accuracy.")
            : new("div", Tags.Class("doubt"), Tags.Paragraph("These checks say that the robust accuracy is likely to be overstated."), List(failed));
        if (others.Length > 0)
        {
            yield return Tags.Folded(
                $"{others.Count(one => one.Outcome == DiagnosticOutcome.Passed)} checks passed, {others.Count(one => one.Outcome == DiagnosticOutcome.NotChecked)} not made",
                List(others));
        }
    }

    private static XElement List(IEnumerable<Diagnostic> diagnostics) => new("ul", Tags.Class("checks"), diagnostics.Select(diagnostic =>
    {
        var (sign, outcome) = diagnostic.Outcome switch
        {
            DiagnosticOutcome.Failed => ("✗", "failed"),
            DiagnosticOutcome.Passed => ("✓", "passed"),
            _ => ("○", "not checked"),
        };
        return new XElement(
            "li", Tags.Class(outcome.Replace(' ', '-')), Tags.Icon(sign), new XElement("strong", $"{Wording.Words(diagnostic.Kind)}, {outcome}"), $": {diagnostic.Finding}",
            diagnostic.Value is { } value ? new XElement("small", $" (measured: {Wording.Number(value)})") : null);
    }));
}
