using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks.AdaptiveSteps;

/// <summary>
/// Auto-PGD, APGD (Croce &amp; Hein 2020, arXiv:2003.01690, algorithm 1; L1: Croce &amp; Hein 2021, arXiv:2103.01208). Default: 100 iterations on the
/// cross-entropy, APGD-CE; with <see cref="AttackObjective.DifferenceOfLogitsRatio"/> it is APGD-DLR.
/// </summary>
[AttackName("apgd", "apgd-ce", Norms = ["Linf", "L2", "L1"], Reference = "Croce & Hein 2020, arXiv:2003.01690")]
public sealed record AutoProjectedGradientDescent : AdaptiveStepAttack
{
    /// <summary>100 iterations on the cross-entropy unless set otherwise.</summary>
    /// <param name="norm">L∞, L2 or L1.</param>
    /// <param name="epsilon">Budget, at least 0 and finite, in the units of the features.</param>
    public AutoProjectedGradientDescent(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon), AttackObjective.CrossEntropy)
    {
    }

    private protected override IEnumerable<Goal> Goals(AttackContext<IDifferentiableClassifier> context) => [context.Goal];
}
