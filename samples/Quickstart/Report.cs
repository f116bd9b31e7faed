using Spectre.Console;

namespace Quickstart;

/// <summary>The table that the program ends with.</summary>
internal static class Report
{
    public static void Print(Measurement clean, IReadOnlyList<Measurement> attacked)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("Test rows");
        foreach (string heading in (string[])["Rows", "Accuracy", "Mean L2", "Mean L∞", "AUROC", "Flagged", "Flagged of fooled"])
            table.AddColumn(heading, column => column.RightAligned());

        table.AddRow("clean", $"{clean.Count:N0}", $"{clean.Accuracy:P2}", "", "", "", $"{clean.FlagRate:P2}", "");
        foreach (Measurement attack in attacked)
        {
            table.AddRow(
                $"{attack.Name}, ε = {attack.Epsilon}",
                $"{attack.Count:N0}",
                $"{attack.Accuracy:P2}",
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
            Flagged on the clean row is the false-positive rate (1 % was asked for), below it the true-positive rate. AUROC is that of
            FisherTrace, clean against attacked; below 0.5 the attacked rows look less suspicious than clean ones. That is what a strong
            attack does: it goes on until the network is very sure of the wrong digit, and of such a prediction the trace is small. One
            score is no defence.

            """);
    }
}
