using Spectre.Console;

namespace Quickstart;

/// <summary>The table that the program ends with.</summary>
internal static class Report
{
    public static void Print(Measurement clean, IReadOnlyList<Measurement> attacked)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("Test rows");
        string[] numbers = ["Rows", "Accuracy", "Confidence", "Mean L2", "Mean L∞", "AUROC", "Flagged", "Of fooled"];
        foreach (string heading in numbers)
            table.AddColumn(heading, column => column.RightAligned());

        table.AddRow(
            "clean", $"{clean.Count:N0}", $"{clean.Accuracy:P2}", $"{clean.MeanConfidence:F3}", "", "", "", $"{clean.FlagRate:P2}", "");
        foreach (Measurement attack in attacked)
        {
            table.AddRow(
                $"{attack.Name}, ε = {attack.Epsilon}",
                $"{attack.Count:N0}",
                $"{attack.Accuracy:P2}",
                $"{attack.MeanConfidence:F3}",
                $"{attack.MeanL2:F2}",
                $"{attack.MeanLInfinity:F3}",
                $"{RankStatistic.AreaUnderRoc(clean.FisherTraces, attack.FisherTraces):F3}",
                $"{attack.FlagRate:P2}",
                $"{attack.FlagRateOfWrong:P2}");
        }

        // Where the output goes to a file, no terminal says how wide it is.
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 110);
        AnsiConsole.Write(table);
        Console.WriteLine("""
            Confidence is the mean probability of the predicted digit. AUROC is that of FisherTrace, clean rows against attacked ones.
            Flagged is the false-positive rate on the clean rows (1 % was asked for) and the true-positive rate on the attacked ones;
            "of fooled" counts only attacked rows that are read wrong. FisherTrace is high where the network wavers. A strong attack
            drives an image on until the network is sure of the wrong digit, and the flag misses it: one sign among others, no defence.

            """);
    }
}
