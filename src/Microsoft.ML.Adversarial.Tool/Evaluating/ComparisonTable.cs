using System.Globalization;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Tool.Evaluating;

/// <summary>What changed between two evaluations, as a table for people.</summary>
internal static class ComparisonTable
{
    public static void WriteTable(this EvaluationComparison comparison, TextWriter output)
    {
        (string Name, AccuracyChange Change)[] rows =
        [
            ("clean accuracy", comparison.CleanAccuracy),
            ("robust accuracy", comparison.RobustAccuracy),
            .. comparison.Attacks.Select(attack => ($"  under {attack.Name}", attack.RobustAccuracy)),
        ];
        var names = rows.Max(row => row.Name.Length) + 2;
        output.WriteLine($"{"".PadRight(names)}    before     after    change   newly wrong   newly right   p-value");
        foreach (var (name, change) in rows)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name.PadRight(names)}{100 * change.AccuracyBefore,8:0.00} %{100 * change.AccuracyAfter,8:0.00} %{-100 * change.Loss,10:+0.00;-0.00;0.00}{change.NewlyWrong.Count,14}{change.NewlyRight.Count,14}{change.PValue,10:G2}"));
        }

        output.WriteLine($"{comparison.RobustAccuracy.Total} rows, compared one by one; p-values by McNemar's exact test");
        foreach (var difference in comparison.Differences)
        {
            output.WriteLine($"differs too: {difference}");
        }
    }
}
