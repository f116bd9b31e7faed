using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>How the model was made, and every attack with its settings.</summary>
internal static class SettingsSection
{
    public static IEnumerable<XElement> Of(ReportedModel model)
    {
        HtmlTable table = new("The model's settings, and the attacks'.", "Setting", "Value") { HasTexts = true };
        foreach (var (name, value) in model.Settings)
        {
            table.Add(name, value);
        }

        foreach (var attack in model.Metrics.Record.Attacks)
        {
            table.Add($"attack {attack.Name}", attack.Settings);
        }

        yield return new("h3", "Settings");
        yield return Tags.Folded($"{model.Settings.Count + model.Metrics.Record.Attacks.Count} settings", table.ToElement());
    }
}
