using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Systems;

/// <summary>What one detector is worth over all attacks.</summary>
/// <param name="Detector">The detector, and why it was not attacked itself if it was not.</param>
/// <param name="FalsePositives">The unperturbed rows that it flags.</param>
/// <param name="Plain">
/// Of the attacks that know of no detector and break at least half as many rows as the best of them, the one that it orders worst; null where none
/// broke a row.
/// </param>
/// <param name="Adaptive">The same of the attacks made to evade it; null where there is none or none broke a row.</param>
public sealed record SystemDetectorMetrics(SystemDetectorRecord Detector, Share FalsePositives, LowestArea? Plain, LowestArea? Adaptive)
{
    /// <summary>Its name.</summary>
    public string Name => Detector.Name;

    internal static SystemDetectorMetrics Of(SystemDetectorRecord detector, Share falsePositives, IReadOnlyList<SystemAttackMetrics> attacks) => new(
        detector, falsePositives,
        Lowest(detector.Name, attacks.Where(attack => !attack.Attack.IsAdaptive)),
        Lowest(detector.Name, attacks.Where(attack => attack.Attack.Evades.Contains(detector.Name))));

    // An attack that gives up most rows to score low on a few shows nothing.
    private static LowestArea? Lowest(string detector, IEnumerable<SystemAttackMetrics> attacks)
    {
        SystemAttackMetrics[] successful = [.. attacks.Where(attack => attack[detector].Metrics is not null)];
        var most = successful.Select(attack => attack.Success.Count).DefaultIfEmpty().Max();
        return successful
            .Where(attack => 2 * attack.Success.Count >= most)
            .Select(attack => new LowestArea(attack.Name, attack[detector].Metrics!.AreaUnderRocCurve))
            .MinBy(area => area.AreaUnderRocCurve);
    }
}

/// <summary>The attack under which a detector's area under the ROC curve is lowest.</summary>
/// <param name="Attack">The attack's name.</param>
/// <param name="AreaUnderRocCurve">The area.</param>
public sealed record LowestArea(string Attack, double AreaUnderRocCurve);
