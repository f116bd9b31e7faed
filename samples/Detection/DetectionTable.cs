using System.Text;
using Microsoft.ML.Adversarial.Evaluation;

namespace Detection;

/// <summary>What the evaluation found, as Markdown.</summary>
internal static class DetectionTable
{
    public static string Markdown(
        IReadOnlyList<AttackedRows> attacked, double cleanAccuracy, int cleanRows, IReadOnlyList<DetectionResult> results)
    {
        var detectors = results.GroupBy(result => result.ScoreColumnName).ToArray();
        var attacks = detectors[0].Select(result => result.AttackName).ToArray();
        var text = new StringBuilder();

        text.AppendLine($"The network classifies {cleanAccuracy:P1} of the {cleanRows:N0} clean test rows right.");
        text.AppendLine();
        AppendTable(text, ["attack", "attacked rows", "misclassified"], attacked.Select(attack =>
            (string[])[attack.Name, $"{attack.Rows.Count:N0}", $"{attack.MisclassifiedShare:P1}"]));

        text.AppendLine("Area under the ROC curve:").AppendLine();
        AppendTable(text, ["detector", .. attacks], detectors.Select(detector =>
            (string[])[Title(detector), .. detector.Select(result => $"{result.Metrics.AreaUnderRocCurve:F3}")]));

        text.AppendLine("True-positive rate at 1 % false positives on the clean test rows:").AppendLine();
        AppendTable(text, ["detector", .. attacks], detectors.Select(detector =>
            (string[])[Title(detector), .. detector.Select(result => $"{result.Metrics.TruePositiveRateAt1Percent:F3}")]));

        text.AppendLine("False-positive rate achieved on the clean test rows by the threshold that the calibration rows give for 1 %:").AppendLine();
        AppendTable(text, ["detector", "clean rows", "achieved", "95 % interval"], detectors.Select(detector =>
        {
            var result = detector.First();
            var rates = result.AtThreshold!;
            return (string[])
            [
                Title(detector), $"{result.Metrics.CleanCount:N0}", $"{rates.FalsePositiveRate:P2}",
                $"{rates.FalsePositiveRateInterval.Lower:P2} – {rates.FalsePositiveRateInterval.Upper:P2}",
            ];
        }));

        var widest = results.Max(result => result.Intervals.AreaUnderRocCurve.Upper - result.Intervals.AreaUnderRocCurve.Lower);
        text.AppendLine($"No 95 % bootstrap interval of an area is wider than {widest:F3}.");
        return text.ToString();
    }

    private static string Title(IGrouping<string, DetectionResult> detector) => $"`{detector.Key}`";

    private static void AppendTable(StringBuilder text, string[] headings, IEnumerable<string[]> rows)
    {
        text.AppendLine($"| {string.Join(" | ", headings)} |");
        text.AppendLine($"|---|{string.Concat(Enumerable.Repeat("---:|", headings.Length - 1))}");
        foreach (var row in rows)
            text.AppendLine($"| {string.Join(" | ", row)} |");
        text.AppendLine();
    }
}
