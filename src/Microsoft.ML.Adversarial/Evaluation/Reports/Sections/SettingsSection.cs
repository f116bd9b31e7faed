using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;
using Microsoft.ML.Adversarial.Evaluation.Systems;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>How the model was made, every attack with its settings, and how detectors were calibrated.</summary>
internal static class SettingsSection
{
    public static IEnumerable<XElement> Of(ReportedModel model)
    {
        HtmlTable table = new("The model's settings, the attacks' and the detectors'.", "Setting", "Value") { HasTexts = true };
        (string Name, string Value)[] settings =
        [
            .. model.Settings.Select(setting => (setting.Key, setting.Value)),
            .. model.Metrics.Record.Attacks.Select(attack => ($"attack {attack.Name}", attack.Settings)),
            .. model.System is { } system ? Of(system.Record) : [],
        ];
        foreach (var (name, value) in settings)
        {
            table.Add(name, value);
        }

        yield return new("h3", "Settings");
        yield return Tags.Folded($"{settings.Length} settings", table.ToElement());
    }

    private static IEnumerable<(string Name, string Value)> Of(SystemRecord record) =>
    [
        (
            "false-positive rate of the detectors",
            $"at most {Wording.Percent(record.FalsePositiveRate)}, shared evenly by {record.Detectors.Count}"),
        .. record.Detectors.Select(detector => ($"detector {detector.Name}", Of(detector))),
        .. record.Attacks.Select(attack => ($"with detectors: {attack.Name}", attack.Settings)),
        ("bare classifier, half the budget", record.HalfBudgetAttack ?? "not attacked"),
        ("with detectors: rows per batch", Wording.Count(record.BatchSize)),
    ];

    private static string Of(SystemDetectorRecord detector) =>
        $"flags scores above {Wording.Number(detector.Threshold)}, calibrated on {Wording.Count(detector.CalibrationCount)} clean rows"
        + (detector.WhyNotEvaded is { } why ? $"; no adaptive attack: {why}" : "");
}
