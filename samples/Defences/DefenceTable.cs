using System.Text;

namespace Defences;

/// <summary>What was measured, as Markdown.</summary>
internal static class DefenceTable
{
    public static string Markdown(IReadOnlyList<Measurement> measurements)
    {
        var plain = measurements.FirstOrDefault(one => one.Defence == DefenceList.Plain)?.TrainingTime;
        string[] robust = [.. measurements[0].RobustAccuracies.Keys];
        string[] smallest = [.. measurements[0].Successes.Keys];
        var text = new StringBuilder();
        AppendRow(text, ["defence", "clean", .. robust, .. smallest, "training time"]);
        text.AppendLine($"|---|{string.Concat(Enumerable.Repeat("---:|", robust.Length + smallest.Length + 2))}");
        foreach (var one in measurements)
        {
            AppendRow(text,
            [
                one.Defence, $"{100 * one.CleanAccuracy:F2}", .. robust.Select(attack => $"{100 * one.RobustAccuracies[attack]:F1}"),
                .. smallest.Select(attack => $"{100 * one.Successes[attack].Share:F1} ({one.Successes[attack].MeanSize:F2})"),
                plain is { } time ? $"× {one.TrainingTime / time:F1}" : "–",
            ]);
        }

        return text.ToString();
    }

    private static void AppendRow(StringBuilder text, IEnumerable<string> cells) => text.AppendLine($"| {string.Join(" | ", cells)} |");
}
