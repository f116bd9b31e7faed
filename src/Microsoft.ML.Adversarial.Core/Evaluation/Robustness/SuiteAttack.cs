using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm;
using Microsoft.ML.Adversarial.Classifiers;

namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>An attack of a suite.</summary>
/// <param name="Name">What results call it; one of its kind within a suite.</param>
/// <param name="Attack">The attack with its settings.</param>
public sealed record SuiteAttack(string Name, Attack Attack)
{
    /// <summary>Whether the attack needs scores or decisions only.</summary>
    public bool IsBlackBox => Attack is Attack<IClassifier>;

    /// <summary>Whether the attack looks for the smallest perturbation, whose size is then compared with the suite's budget.</summary>
    public bool IsMinimumNorm => Attack is IMinimumNormAttack || double.IsPositiveInfinity(Attack.ThreatModel.Epsilon);

    /// <summary>The attack under its short name.</summary>
    /// <exception cref="NotSupportedException">The attack has no short name: give one.</exception>
    public static SuiteAttack Of(Attack attack) => new(AttackDescription.Of(attack).Name, attack);
}
