using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;
using Microsoft.ML.Adversarial.Evaluation.Systems;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>What a model's detectors are worth under attacks that know of them, in words.</summary>
internal static class SystemVerdict
{
    public static IEnumerable<XElement?> Of(SystemMetrics metrics, int index)
    {
        yield return Sentence(metrics);
        yield return SystemSection.Incomplete(metrics.Record);
        yield return DoubtBox.Of("The numbers with detectors are", metrics.Diagnostics, ChecksSection.SystemId(index));
    }

    private static XElement Sentence(SystemMetrics metrics)
    {
        var (error, robust) = (metrics.UnflaggedError, metrics.RobustAccuracy);
        var detectors = string.Join(", ", metrics.Detectors.Select(detector => detector.Name));
        return error.Total == 0
            ? Tags.Paragraph($"With {detectors}: no row could be evaluated.")
            : Tags.Paragraph(
                $"With {detectors}, flagging {Wording.Percent(metrics.FalsePositives)} of clean rows, an attacker who knows of "
                + "detection makes ",
                new XElement("strong", $"{Wording.Percent(error)} of {Wording.Count(error.Total)} rows misclassified and unflagged"),
                $" ({Wording.Interval(error.Interval, metrics.Confidence)}) within {Wording.Threat(metrics.Record)}; the system holds "
                + $"{Wording.Percent(robust)} ({Wording.Interval(robust.Interval, metrics.Confidence)}).");
    }
}
