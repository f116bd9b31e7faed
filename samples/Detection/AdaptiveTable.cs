using System.Text;
using Microsoft.ML.Adversarial.Evaluation.Systems;

namespace Detection;

/// <summary>What each detector, alone with the network, is worth against attacks that know of it, as Markdown.</summary>
internal static class AdaptiveTable
{
    public static string Markdown(IReadOnlyList<SystemMetrics> systems)
    {
        var text = new StringBuilder();
        var first = systems[0];
        text.AppendLine(
            $"{first.Record.Norm} {first.Record.Epsilon}, {first.UnflaggedError.Total:N0} test rows, {first.CleanAccuracy.Value:P1} of them classified right.");
        text.AppendLine();
        text.AppendLine("| detector | AUROC, PGD | AUROC, adaptive | by | flagged of clean rows | err unflagged, PGD | at worst | robust with detector | without, at half |");
        text.AppendLine("|---|---:|---:|---|---:|---:|---:|---:|---:|");
        foreach (var system in systems)
        {
            var detector = system.Detectors[0];
            var plain = system.Attacks[0];
            text.AppendLine(
                $"| `{detector.Name}` | {detector.Plain?.AreaUnderRocCurve:F3} | {detector.Adaptive?.AreaUnderRocCurve:F3} | {detector.Adaptive?.Attack} "
                + $"| {system.FalsePositives.Value:P1} | {plain.UnflaggedError.Value:P1} | {system.UnflaggedError.Value:P1} | {system.RobustAccuracy.Value:P1} "
                + $"| {system.HalfBudgetAccuracy?.Value:P1} |");
        }

        text.AppendLine();
        foreach (var warning in systems.SelectMany(system => system.Warnings.Select(warning => $"- `{system.Detectors[0].Name}`, {warning.Kind}: {warning.Finding}")))
            text.AppendLine(warning);
        return text.ToString();
    }
}
