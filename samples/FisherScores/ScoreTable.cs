using Microsoft.ML.Adversarial.Evaluation;

namespace FisherScores;

/// <summary>Where the scores of clean and of attacked rows lie.</summary>
internal static class ScoreTable
{
    private static readonly double[] s_shares = [0.05, 0.25, 0.5, 0.75, 0.95];

    public static void Print(IReadOnlyList<RowGroup> groups)
    {
        Console.WriteLine($"{groups[0].Rows.Count:N0} test images that did not train the network");
        foreach (var group in groups)
            Console.WriteLine($"  {group.Name,-8}{group.Accuracy,8:P1} are read right");
        Console.WriteLine();
        Console.WriteLine($"{"",-18}{"",-8}{"mean",10}{string.Concat(s_shares.Select(share => $"{share,10:0 %}"))}{"AUROC",9}{"TPR",9}");
        Console.WriteLine(new string('─', 104));
        foreach (var score in Score.All)
        {
            foreach (var group in groups)
                PrintRow(group == groups[0] ? score.Name : "", score, groups[0], group);
        }

        Console.WriteLine();
        Console.WriteLine("""
            AUROC: how often an attacked row has a higher score than a clean one; 0.5 is guessing. TPR: the share of attacked rows above the
            score that 1 % of these clean rows exceed. The other columns are quantiles.
            """);
    }

    private static void PrintRow(string name, Score score, RowGroup clean, RowGroup group)
    {
        var sorted = group.Sorted(score);
        var quantiles = string.Concat(s_shares.Select(share => $"{sorted[(int)(share * (sorted.Length - 1))],10:0.0e+0}"));
        var metrics = new DetectionMetrics(clean.Rows.Select(score.Of), group.Rows.Select(score.Of));
        var detection = group == clean ? "" : $"{metrics.AreaUnderRocCurve,9:F3}{metrics.TruePositiveRateAt1Percent,9:P1}";
        Console.WriteLine($"{name,-18}{group.Name,-8}{sorted.Average(),10:0.0e+0}{quantiles}{detection}");
    }
}
