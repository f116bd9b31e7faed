using System.Globalization;
using Microsoft.ML.Adversarial.Evaluation.Systems;

namespace Microsoft.ML.Adversarial.Tool.Evaluating;

/// <summary>An evaluation of a model with its detectors as tables for people, with the warnings that belong to its numbers.</summary>
internal static class SystemTable
{
    public static void WriteTable(this SystemMetrics metrics, TextWriter output)
    {
        var record = metrics.Record;
        output.WriteLine();
        var names = string.Join(", ", record.Detectors.Select(detector => detector.Name));
        Line("detectors", Invariant($"{names}; at most {record.FalsePositiveRate:P1} false positives"));
        Line("rows", Invariant($"{record.Rows.Count}{(record.IsComplete ? "" : " (cancelled)")}"));
        Line("clean flagged", metrics.FalsePositives.WithInterval(metrics.Confidence));
        Line("unflagged error", metrics.UnflaggedError.WithInterval(metrics.Confidence));
        Line("  unperturbed", metrics.CleanUnflaggedError.WithInterval(metrics.Confidence));
        Line("robust accuracy", metrics.RobustAccuracy.WithInterval(metrics.Confidence));
        WriteAttacks(metrics, output);
        WriteDetectors(metrics, output);
        foreach (var warning in metrics.Warnings)
        {
            output.WriteLine($"warning, {warning.Kind}: {warning.Finding}");
        }

        void Line(string name, string value) => output.WriteLine($"{name,-18}{value}");
    }

    private static void WriteAttacks(SystemMetrics metrics, TextWriter output)
    {
        output.WriteLine();
        var names = metrics.Attacks.Max(attack => attack.Name.Length) + 2;
        output.WriteLine($"{"attack".PadRight(names)}   success   flagged   unflagged error   seconds");
        foreach (var attack in metrics.Attacks)
        {
            output.WriteLine(
                $"{attack.Name.PadRight(names)}{attack.Success.Percent(),10}{attack.TruePositives.Percent(),10}"
                + $"{attack.UnflaggedError.Percent(),18}" + Invariant($"{attack.Attack.Time.TotalSeconds,10:0.0}"));
        }
    }

    private static void WriteDetectors(SystemMetrics metrics, TextWriter output)
    {
        output.WriteLine();
        var names = Math.Max(metrics.Detectors.Max(detector => detector.Name.Length), "detector".Length) + 2;
        output.WriteLine($"{"detector".PadRight(names)}AUROC, plain   AUROC, adaptive   clean flagged   adaptive attack");
        foreach (var detector in metrics.Detectors)
        {
            output.WriteLine(
                $"{detector.Name.PadRight(names)}{Area(detector.Plain),12}{Area(detector.Adaptive),18}"
                + $"{detector.FalsePositives.Percent(),16}   {detector.Adaptive?.Attack ?? "none"}");
        }
    }

    private static string Area(LowestArea? area) => area is null ? "-" : Invariant($"{area.AreaUnderRocCurve:0.000}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
