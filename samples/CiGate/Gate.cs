using System.Globalization;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace CiGate;

/// <summary>What continuous integration asks before a model is released: is it as robust as the one it replaces?</summary>
internal static class Gate
{
    /// <summary>Compares row by row, says what it found, and whether the candidate passes.</summary>
    public static bool Passes(EvaluationRecord released, EvaluationRecord candidate, double tolerance)
    {
        var comparison = EvaluationComparison.Of(released, candidate);
        Line("clean accuracy", comparison.CleanAccuracy);
        Line("robust accuracy", comparison.RobustAccuracy);
        foreach (var attack in comparison.Attacks)
        {
            Line($"  under {attack.Name}", attack.RobustAccuracy);
        }

        // A gain that a diagnostic doubts is no reason to release.
        foreach (var warning in new RobustnessMetrics(candidate).Warnings)
        {
            Console.WriteLine($"  warning, {warning.Kind}: {warning.Finding}");
        }

        var passes = !comparison.RobustAccuracy.IsRegression(tolerance);
        Console.WriteLine(passes ? "  PASSED" : string.Create(CultureInfo.InvariantCulture, $"  FAILED: robust accuracy fell by more than {tolerance:P0}"));
        Console.WriteLine();
        return passes;
    }

    private static void Line(string name, AccuracyChange change) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"  {name,-18}{change.AccuracyBefore,8:P1} → {change.AccuracyAfter,6:P1}   {change.NewlyWrong.Count,4} rows newly wrong, {change.NewlyRight.Count,4} newly right, p = {change.PValue:G2}"));
}
