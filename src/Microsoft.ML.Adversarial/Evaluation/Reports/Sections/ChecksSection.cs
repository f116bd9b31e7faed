using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Diagnostics;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>Every diagnostic with what came of it: those that failed in sight, the others to be unfolded.</summary>
internal static class ChecksSection
{
    public static string Id(int index) => $"checks-{index + 1}";

    /// <summary>The checks of the numbers with detectors.</summary>
    public static string SystemId(int index) => $"system-checks-{index + 1}";

    public static IEnumerable<XElement> Of(ReportedModel model, int index)
    {
        yield return new("h3", Tags.Id(Id(index)), "Can the numbers be believed?");
        foreach (var element in Checks("the robust accuracy is", "overstated", model.Metrics.Diagnostics))
        {
            yield return element;
        }

        if (model.System is not { } system)
        {
            yield break;
        }

        yield return new("h4", Tags.Id(SystemId(index)), "With detectors");
        foreach (var element in Checks("the numbers with detectors are", "flattering", system.Diagnostics))
        {
            yield return element;
        }
    }

    private static IEnumerable<XElement> Checks(string claim, string fault, IReadOnlyList<Diagnostic> diagnostics)
    {
        Diagnostic[] failed = [.. diagnostics.Where(diagnostic => diagnostic.CastsDoubt)];
        Diagnostic[] others = [.. diagnostics.Where(diagnostic => !diagnostic.CastsDoubt).OrderBy(diagnostic => diagnostic.Outcome)];
        yield return failed.Length == 0
            ? Tags.Paragraph($"No check says that {claim} {fault}.")
            : new("div", Tags.Class("doubt"), Tags.Paragraph($"These checks say that {claim} likely to be {fault}."), List(failed));
        if (others.Length > 0)
        {
            var passed = others.Count(one => one.Outcome == DiagnosticOutcome.Passed);
            yield return Tags.Folded($"{passed} checks passed, {others.Length - passed} not made", List(others));
        }
    }

    private static XElement List(IEnumerable<Diagnostic> diagnostics) => new("ul", Tags.Class("checks"), diagnostics.Select(Item));

    private static XElement Item(Diagnostic diagnostic)
    {
        var (sign, outcome) = diagnostic.Outcome switch
        {
            DiagnosticOutcome.Failed => ("✗", "failed"),
            DiagnosticOutcome.Passed => ("✓", "passed"),
            _ => ("○", "not checked"),
        };
        return new XElement(
            "li", Tags.Class(outcome.Replace(' ', '-')), Tags.Icon(sign),
            new XElement("strong", $"{Wording.Words(diagnostic.Kind)}, {outcome}"), $": {diagnostic.Finding}",
            diagnostic.Value is { } value ? new XElement("small", $" (measured: {Wording.Number(value)})") : null);
    }
}
