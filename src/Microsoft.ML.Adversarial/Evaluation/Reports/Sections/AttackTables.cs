using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>What each attack did, with which changes, and what the stages of cascades added.</summary>
internal static class AttackTables
{
    public static IEnumerable<XElement> Of(RobustnessMetrics metrics, int index)
    {
        yield return new("h3", "Attacks");
        yield return Results(metrics, index).ToElement();
        yield return Sizes(metrics).ToElement();
        foreach (var attack in metrics.Attacks.Where(attack => attack.Stages.Count > 0))
        {
            yield return Stages(attack).ToElement();
        }
    }

    private static HtmlTable Results(RobustnessMetrics metrics, int index)
    {
        HtmlTable table = new(
            "Success: rows broken within the budget, of those that were right. In small print: confidence intervals.",
            "Attack", "Success", "Robust accuracy", "Queries", "Time", "Lost to 8-bit rounding");
        foreach (var attack in metrics.Attacks)
        {
            table.Add(
                attack.Name, Wording.Share(attack.Success), Wording.Share(attack.RobustAccuracy),
                attack.Attack.Queries is { } queries ? Wording.Count(queries) : Wording.None, Wording.Duration(attack.Attack.Time),
                attack.LostToRounding.Total == 0 ? Wording.None : Wording.Percent(attack.LostToRounding));
        }

        table.Add("all together", Wording.None, ComparisonSection.RobustAccuracy(metrics, index), Wording.None, Wording.None, Wording.None);
        return table;
    }

    private static HtmlTable Sizes(RobustnessMetrics metrics)
    {
        string[] norms =
        [
            .. metrics.Attacks.SelectMany(attack => attack.Sizes).Select(size => size.Norm).Distinct()
                .OrderBy(norm => norm != metrics.Record.Norm),
        ];
        HtmlTable table = new(
            "Sizes of the perturbations that broke a row: the median, in small print the range from the 10th to the 90th percentile.",
            ["Attack", .. norms.Select(norm => norm == metrics.Record.Norm ? $"{norm} (the suite's)" : norm)]);
        foreach (var attack in metrics.Attacks)
        {
            table.Add(attack.Name, [.. norms.Select(norm => Size(attack.Sizes.FirstOrDefault(size => size.Norm == norm)))]);
        }

        return table;
    }

    private static object[] Size(SizeSummary? size) => size is null || double.IsNaN(size.Median)
        ? [Wording.None]
        :
        [
            Wording.Number(size.Median), " ",
            new XElement("small", $"{Wording.Number(size.Percentile10)}–{Wording.Number(size.Percentile90)}"),
        ];

    private static HtmlTable Stages(AttackMetrics attack)
    {
        HtmlTable table = new($"Stages of {attack.Name}: the rows that each broke and none before it.", "Stage", "Rows broken");
        foreach (var stage in attack.Stages)
        {
            table.Add(stage.Settings, Wording.Count(stage.Broken));
        }

        return table;
    }
}
