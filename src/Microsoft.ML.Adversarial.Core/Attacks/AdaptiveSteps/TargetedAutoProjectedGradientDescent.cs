using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.AdaptiveSteps;

/// <summary>
/// APGD-T (Croce &amp; Hein 2020, arXiv:2003.01690, section 5): Auto-PGD towards one class after the other, the likeliest first, on the targeted
/// DLR objective. A row is done once it is misclassified as anything. With a goal that names a target, that is the only one.
/// </summary>
[AttackName("apgd-t", Norms = ["Linf", "L2", "L1"], Reference = "Croce & Hein 2020, arXiv:2003.01690")]
public sealed record TargetedAutoProjectedGradientDescent : AdaptiveStepAttack
{
    private readonly int _targetClasses = 9;

    /// <summary>100 iterations towards each of 9 classes unless set otherwise.</summary>
    /// <param name="norm">L∞, L2 or L1.</param>
    /// <param name="epsilon">Budget, at least 0 and finite, in the units of the features.</param>
    public TargetedAutoProjectedGradientDescent(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon), AttackObjective.DifferenceOfLogitsRatio)
    {
    }

    /// <summary>How many classes to try, at least 1; no more than there are wrong ones are tried. Default 9.</summary>
    public int TargetClasses
    {
        get => _targetClasses;
        init => _targetClasses = InRange(value, value >= 1, ">= 1", nameof(TargetClasses));
    }

    private protected override IEnumerable<Goal> Goals(AttackContext<IDifferentiableClassifier> context)
    {
        var goal = context.Goal;
        if (goal.LossSign < 0)
        {
            return [goal];
        }

        var wrong = context.Classifier.Logits(context.Originals).scatter(
            1, goal.Classes.unsqueeze(1), full([goal.Classes.shape[0], 1], double.NegativeInfinity, context.Originals.dtype, context.Originals.device));
        var (_, targets) = wrong.topk(Math.Min(TargetClasses, context.Classifier.ClassCount - 1), 1);
        return [.. targets.unbind(1).Select(Goal.MisclassifyAs)];
    }
}
