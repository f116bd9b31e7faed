using Microsoft.ML.Adversarial.Attacks;

namespace Microsoft.ML.Adversarial.Tool.Attacking;

/// <summary>
/// What came of an attack, over all finished rows. Null where there is no row to average over or the true labels are not known.
/// </summary>
/// <param name="Version">The version of the tool.</param>
/// <param name="Attack">The attack and those of its settings that differ from their defaults.</param>
/// <param name="Targets">None, next or labels.</param>
/// <param name="Seed">Seed of all random draws.</param>
/// <param name="BatchSize">Rows attacked together.</param>
/// <param name="Threads">Threads used.</param>
/// <param name="Rows">Finished rows.</param>
/// <param name="Cancelled">Whether rows are missing because the run was cancelled.</param>
/// <param name="CleanAccuracy">Share of rows classified correctly before.</param>
/// <param name="SuccessRate">Share of rows that reach the goal, those included that did so before.</param>
/// <param name="SuccessRateOfCorrect">The same among rows classified correctly before.</param>
/// <param name="RobustAccuracy">Share of rows classified correctly under attack.</param>
/// <param name="WithoutGradient">Rows whose gradient was zero: that they were not broken says nothing of their robustness.</param>
/// <param name="MeanSizes">Mean size of the perturbations of rows that reach the goal, by norm.</param>
/// <param name="Seconds">Time that the attack took, without loading and writing.</param>
internal sealed record AttackSummary(
    string Version,
    AttackDescription Attack,
    string Targets,
    long Seed,
    int BatchSize,
    int Threads,
    int Rows,
    bool Cancelled,
    double? CleanAccuracy,
    double SuccessRate,
    double? SuccessRateOfCorrect,
    double? RobustAccuracy,
    int WithoutGradient,
    IReadOnlyDictionary<string, double?> MeanSizes,
    double Seconds)
{
    /// <summary>Fills in what follows from the rows.</summary>
    public static AttackSummary Of(AttackedRows rows, AttackRunInfo run, bool cancelled, TimeSpan time)
    {
        var (success, labels) = (rows.Success, rows.Labels);
        bool[]? correctBefore = labels is null ? null : [.. rows.PredictedBefore.Select((predicted, row) => predicted == labels[row])];
        bool[]? correctAfter = labels is null ? null : [.. rows.Predicted.Select((predicted, row) => predicted == labels[row])];
        return new(
            ToolVersion.Text, AttackDescription.Of(run.Attack), run.Targets.ToString().ToLowerInvariant(),
            run.Seed, run.BatchSize, run.Threads, rows.Count, cancelled,
            CleanAccuracy: Share(correctBefore),
            SuccessRate: Share(success)!.Value,
            SuccessRateOfCorrect: Share(correctBefore is null ? null : success.Where((_, row) => correctBefore[row])),
            RobustAccuracy: Share(correctAfter),
            rows.WithoutGradient,
            AttackedRows.SizeNames.ToDictionary(name => name, name => Mean(rows.Sizes(name).Where((_, row) => success[row]))),
            time.TotalSeconds);
    }

    private static double? Share(IEnumerable<bool>? rows) => rows is null ? null : Mean(rows.Select(row => row ? 1f : 0f));

    private static double? Mean(IEnumerable<float> values) => values.Select(value => (double?)value).Average();
}
