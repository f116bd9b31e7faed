using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>All about one model.</summary>
internal static class ModelSection
{
    public static string Id(int index) => $"model-{index + 1}";

    public static XElement Of(ReportedModel model, int index) => new(
        "section", Tags.Id(Id(index)), new XElement("h2", model.Name),
        AttackTables.Of(model.Metrics, index), ClassTable.Of(model.Metrics, index), ChecksSection.Of(model, index),
        model.Detection is { } detection ? DetectionSection.Of(detection, index) : null,
        model.System is { } system ? SystemSection.Of(system, index) : null,
        HistogramSection.Of([.. model.Scores, .. model.System is { } scored ? SystemScores.Of(scored) : []], index),
        PictureSection.Of(model.Pictures), SettingsSection.Of(model));
}
