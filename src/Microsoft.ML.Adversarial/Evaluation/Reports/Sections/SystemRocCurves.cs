using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Reports.Charts;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;
using Microsoft.ML.Adversarial.Evaluation.Systems;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>ROC curves of each detector of a system: the suite's attacks, and the adaptive one that it orders worst.</summary>
internal static class SystemRocCurves
{
    public static IEnumerable<XElement> Of(SystemMetrics metrics, int index)
    {
        XElement[] charts =
        [
            .. metrics.Detectors.Select((detector, place) => Chart(metrics, detector, $"system-roc-{index + 1}-{place + 1}"))
                .OfType<XElement>(),
        ];
        if (charts.Length == 0)
        {
            yield return Tags.Paragraph("No attack broke a row: there is nothing to detect.");
            yield break;
        }

        yield return new("div", Tags.Class("charts"), charts);
    }

    // Colours stay with the attacks from chart to chart; the adaptive one is the last.
    private static XElement? Chart(SystemMetrics metrics, SystemDetectorMetrics detector, string id)
    {
        var plain = metrics.Attacks.Count(attack => !attack.Attack.IsAdaptive);
        RocCurve[] curves =
        [
            .. metrics.Attacks.Index()
                .Where(attack => !attack.Item.Attack.IsAdaptive || attack.Item.Name == detector.Adaptive?.Attack)
                .Where(attack => attack.Item[detector.Name].Metrics is not null)
                .Select(attack => new RocCurve(
                    attack.Item.Attack.IsAdaptive ? $"◆ {attack.Item.Name}" : attack.Item.Name, Math.Min(attack.Index, plain),
                    attack.Item[detector.Name].Metrics!)),
        ];
        return curves.Length == 0 ? null : RocChart.Of($"ROC curves, {detector.Name}", curves, id);
    }
}
