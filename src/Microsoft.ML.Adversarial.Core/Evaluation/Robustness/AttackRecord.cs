using Microsoft.ML.Adversarial.Attacks;

namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>An attack as an evaluation records it.</summary>
/// <param name="Name">Its name in the suite.</param>
/// <param name="Settings">What it is and what was set, as text.</param>
/// <param name="IsBlackBox">Whether it sees scores or decisions only.</param>
/// <param name="IsMinimumNorm">Whether it looks for the smallest perturbation.</param>
/// <param name="Stages">Of a cascade, its stages; else empty.</param>
/// <param name="StageIsBlackBox">Whether each stage sees scores or decisions only.</param>
/// <param name="Queries">The rows that went through the model; null where the model does not count them.</param>
/// <param name="Time">How long it took.</param>
public sealed record AttackRecord(
    string Name, string Settings, bool IsBlackBox, bool IsMinimumNorm, IReadOnlyList<string> Stages, IReadOnlyList<bool> StageIsBlackBox, long? Queries,
    TimeSpan Time)
{
    /// <summary>The attack as text: <c>pgd Linf 0.1 Steps=100</c>.</summary>
    internal static string SettingsOf(Attack attack)
    {
        var threat = attack.ThreatModel;
        if (!AttackDescription.IsNamed(attack))
        {
            return $"{attack.GetType().Name} {threat}";
        }

        var description = AttackDescription.Of(attack);
        return string.Join(' ', description.Settings.Select(setting => $"{setting.Key}={setting.Value}").Prepend($"{description.Name} {threat}"));
    }
}
