using Microsoft.ML.Adversarial.Attacks.AdaptiveSteps;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.AdaptiveBoundary;
using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Attacks.RandomSearch;
using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks.Cascades;

/// <summary>
/// AutoAttack (Croce &amp; Hein 2020, arXiv:2003.01690, section 6; L1: Croce &amp; Hein 2021, arXiv:2103.01208, section 5): attacks without
/// settings to tune, each on the rows that are still robust. Within a stage a row leaves once it is broken.
/// </summary>
[AttackName("autoattack", "aa", Norms = ["Linf", "L2", "L1"], Reference = "Croce & Hein 2020, arXiv:2003.01690")]
public sealed record AutoAttack : AttackCascade
{
    private readonly AutoAttackVersion _version;

    /// <summary>The standard version unless set otherwise.</summary>
    /// <param name="norm">L∞, L2 or L1.</param>
    /// <param name="epsilon">Budget, at least 0 and finite, in the units of the features.</param>
    public AutoAttack(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon))
    {
    }

    /// <summary>Which stages run. Default: the standard version.</summary>
    public AutoAttackVersion Version
    {
        get => _version;
        init => _version = InRange(value, Enum.IsDefined(value), "Standard, Plus or Rand", nameof(Version));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Attack> Stages => Version switch
    {
        AutoAttackVersion.Standard => [CrossEntropy(restarts: IsL1 ? 5 : 1), Targeted(classes: IsL1 ? 5 : 9), TargetedBoundary(), Square()],
        AutoAttackVersion.Plus =>
            [CrossEntropy(restarts: 5), Ratio(restarts: 5), Boundary(restarts: 5), Square(), Targeted(classes: 9), TargetedBoundary()],
        _ => [CrossEntropy(restarts: 1) with { ExpectationSamples = 20 }, Ratio(restarts: 1) with { ExpectationSamples = 20 }],
    };

    private bool IsL1 => ThreatModel.Norm == Norm.L1;

    /// <summary>The standard version: APGD-CE, APGD-T, FAB-T, Square.</summary>
    /// <param name="norm">L∞, L2 or L1.</param>
    /// <param name="epsilon">Budget, at least 0 and finite, in the units of the features.</param>
    public static AutoAttack Standard(Norm norm, double epsilon) => new(norm, epsilon);

    /// <summary>The version with more restarts and untargeted attacks as well.</summary>
    /// <inheritdoc cref="Standard"/>
    public static AutoAttack Plus(Norm norm, double epsilon) => new(norm, epsilon) { Version = AutoAttackVersion.Plus };

    /// <summary>The version for classifiers that draw random numbers.</summary>
    /// <inheritdoc cref="Standard"/>
    public static AutoAttack Rand(Norm norm, double epsilon) => new(norm, epsilon) { Version = AutoAttackVersion.Rand };

    private AutoProjectedGradientDescent CrossEntropy(int restarts) =>
        new(ThreatModel.Norm, ThreatModel.Epsilon) { Restarts = restarts, LargerBudgetsFirst = IsL1, StopAtSuccess = true };

    private AutoProjectedGradientDescent Ratio(int restarts) =>
        CrossEntropy(restarts) with { Objective = AttackObjective.DifferenceOfLogitsRatio };

    private TargetedAutoProjectedGradientDescent Targeted(int classes) =>
        new(ThreatModel.Norm, ThreatModel.Epsilon) { TargetClasses = classes, LargerBudgetsFirst = IsL1, StopAtSuccess = true };

    private FastAdaptiveBoundary Boundary(int restarts) =>
        new(ThreatModel.Norm, ThreatModel.Epsilon) { Restarts = restarts, StopAtSuccess = true };

    private TargetedFastAdaptiveBoundary TargetedBoundary() => new(ThreatModel.Norm, ThreatModel.Epsilon) { StopAtSuccess = true };

    private SquareAttack Square() => new(ThreatModel.Norm, ThreatModel.Epsilon) { RescaleSchedule = false };
}
