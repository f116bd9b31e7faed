using System.Globalization;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Tool.Evaluating;

/// <summary>An evaluation as a table for people, with the warnings that belong to its numbers.</summary>
internal static class MetricsTable
{
    public static void WriteTable(this RobustnessMetrics metrics, TextWriter output)
    {
        var record = metrics.Record;
        Line("suite", Invariant($"{record.Suite}, {record.Norm} <= {record.Epsilon}, seed {record.Seed}{Constraints(record)}"));
        Line("rows", Invariant($"{record.Rows.Count}{Part(record)}{(record.IsComplete ? "" : " (cancelled)")}"));
        Line("clean accuracy", metrics.CleanAccuracy.WithInterval(metrics.Confidence));
        Line("robust accuracy", metrics.RobustAccuracy.WithInterval(metrics.Confidence));
        output.WriteLine();
        var names = metrics.Attacks.Max(attack => attack.Name.Length) + 2;
        output.WriteLine($"{"attack".PadRight(names)}   success    robust    median {record.Norm,-6}   queries   seconds");
        foreach (var attack in metrics.Attacks)
        {
            var median = attack.Sizes.FirstOrDefault(size => size.Norm == record.Norm)?.Median;
            output.WriteLine(Invariant(
                $"{attack.Name.PadRight(names)}{attack.Success.Percent(),10}{attack.RobustAccuracy.Percent(),10}{Size(median),16}{(object?)attack.Attack.Queries ?? "-",10}{attack.Attack.Time.TotalSeconds,10:0.0}"));
        }

        if (record.AttacksLeftOut.Count > 0)
        {
            output.WriteLine($"left out, as they need gradients: {string.Join(", ", record.AttacksLeftOut)}");
        }

        foreach (var warning in metrics.Warnings)
        {
            output.WriteLine($"warning, {warning.Kind}: {warning.Finding}");
        }

        if (metrics.FailedRows.FirstOrDefault() is { } failed)
        {
            output.WriteLine($"row {failed.Row} failed: {failed.Error}");
        }

        void Line(string name, string value) => output.WriteLine($"{name,-18}{value}");
    }

    private static string Constraints(EvaluationRecord record) => record.Constraints == "none" ? "" : ", constrained";

    private static string Part(EvaluationRecord record) =>
        record.ShardCount == 1 ? "" : $" of {record.RowCount}, part {string.Join(", ", record.Shards.Select(shard => shard + 1))} of {record.ShardCount}";

    private static string Size(double? size) => size is { } value && !double.IsNaN(value) ? Invariant($"{value:0.####}") : "-";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
