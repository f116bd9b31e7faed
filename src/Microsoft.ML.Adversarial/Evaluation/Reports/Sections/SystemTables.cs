using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;
using Microsoft.ML.Adversarial.Evaluation.Systems;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>Attacks against a model with its detectors: against all of them at once, and against each.</summary>
internal static class SystemTables
{
    /// <summary>What each detector is worth at its worst.</summary>
    public static HtmlTable Detectors(SystemMetrics metrics, int index)
    {
        HtmlTable table = new(
            "Each detector at its worst: the lowest area under the ROC curve (0.5 is chance, 1 perfect) of the attacks that break at least "
            + "half as many rows as the best of their kind. In small print: bootstrap intervals, and the attack.",
            "Detector", "Clean rows flagged", "AUROC, attacks that know of no detector", "AUROC, adaptive attacks");
        foreach (var detector in metrics.Detectors)
        {
            table.Add(
                detector.Name, Wording.Share(detector.FalsePositives), Area(metrics, detector, detector.Plain),
                detector.Detector.WhyNotEvaded is null
                    ? Area(metrics, detector, detector.Adaptive)
                    : (object[])["none was made", .. DoubtMark.Of(metrics.Warnings, ChecksSection.SystemId(index))]);
        }

        return table;
    }

    /// <summary>What each attack did to all detectors at once, and the worst case over all attacks.</summary>
    public static HtmlTable Attacks(SystemMetrics metrics, int index)
    {
        HtmlTable table = new(
            "All detectors together. Success: rows broken within the budget, flagged or not, of those that were right. Unflagged error: "
            + "misclassified and flagged by no detector, of all rows. ◆ marks adaptive attacks, which know of detectors. In small print: "
            + "confidence intervals.",
            "Attack", "Success", "Broken rows flagged", "Unflagged error");
        foreach (var attack in metrics.Attacks)
        {
            table.Add(
                Name(attack.Attack), Wording.Share(attack.Success), Wording.Share(attack.TruePositives),
                Wording.Share(attack.UnflaggedError));
        }

        table.Add(
            "all together", Wording.None, Wording.None,
            (object[])[.. Wording.Share(metrics.UnflaggedError), .. DoubtMark.Of(metrics.Warnings, ChecksSection.SystemId(index))]);
        return table;
    }

    /// <summary>What each attack did to one detector: those that know of others to be unfolded.</summary>
    public static IEnumerable<XElement> AgainstDetector(SystemMetrics metrics, SystemDetectorMetrics detector)
    {
        var ofOthers = metrics.Attacks.ToLookup(attack => attack.Attack.IsAdaptive && !attack.Attack.Evades.Contains(detector.Name));
        yield return Table(
            $"{detector.Name} alone. Broken rows flagged where 1 or 5 of 100 of these clean rows are, and above its threshold, "
            + $"{Wording.Number(detector.Detector.Threshold)}; errors that it does not flag, of all rows. ◆ marks attacks that know of it.",
            ofOthers[false]);
        if (ofOthers[true].Any())
        {
            yield return Tags.Folded(
                $"{ofOthers[true].Count()} attacks that know of other detectors than {detector.Name}",
                Table($"{detector.Name} against attacks that know of others.", ofOthers[true]));
        }

        XElement Table(string caption, IEnumerable<SystemAttackMetrics> attacks)
        {
            HtmlTable table = new(
                caption, "Attack", "Success", "AUROC", "Flagged at 1\u00A0% false", "Flagged at 5\u00A0% false",
                "Flagged above its threshold", "Unflagged error");
            foreach (var attack in attacks)
            {
                var against = attack[detector.Name];
                table.Add(
                    Name(attack.Attack), Wording.Percent(attack.Success), Area(against.Metrics, attack.Name == detector.Adaptive?.Attack),
                    Wording.Percent(against.Metrics?.TruePositiveRateAt1Percent ?? double.NaN),
                    Wording.Percent(against.Metrics?.TruePositiveRateAt5Percent ?? double.NaN),
                    Wording.Share(against.TruePositives), Wording.Share(against.UnflaggedError));
            }

            return table.ToElement();
        }
    }

    private static object[] Name(SystemAttackRecord attack) => attack.IsAdaptive ? [Tags.Icon("◆"), attack.Name] : [attack.Name];

    private static object[] Area(DetectionMetrics? metrics, bool isLowest) =>
        metrics is null ? [Wording.None]
        : isLowest ? [new XElement("strong", Wording.Area(metrics.AreaUnderRocCurve)), " ", new XElement("small", "lowest adaptive")]
        : [Wording.Area(metrics.AreaUnderRocCurve)];

    private static object[] Area(SystemMetrics metrics, SystemDetectorMetrics detector, LowestArea? lowest)
    {
        if (lowest is null || metrics[detector.Name, lowest.Attack].Metrics is not { } found)
        {
            return [Wording.None];
        }

        var interval = new Bootstrap { Level = metrics.Confidence }.Intervals(found, resampled => resampled.AreaUnderRocCurve)[0];
        return
        [
            new XElement("strong", Wording.Area(lowest.AreaUnderRocCurve)), " ",
            new XElement("small", Wording.Area(interval)), new XElement("small", Tags.Class("below"), lowest.Attack),
        ];
    }
}
