using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm.AdaptiveBoundary;

/// <summary>
/// FAB-T (Croce &amp; Hein 2020, arXiv:2003.01690, section 5; arXiv:1907.02044): FAB towards one class after the other, the likeliest first, with a
/// backward pass a step however many classes there are. Whatever a row is misclassified as counts. With a goal that names a target, that is the
/// only one.
/// </summary>
[AttackName("fab-t", Norms = ["Linf", "L2", "L1"], Reference = "Croce & Hein 2020, arXiv:2003.01690")]
public sealed record TargetedFastAdaptiveBoundary : AdaptiveBoundaryAttack
{
    private readonly int _targetClasses = 9;

    /// <summary>100 steps towards each of 9 classes unless set otherwise.</summary>
    /// <param name="norm">L∞, L2 or L1.</param>
    /// <param name="epsilon">Largest size to keep, at least 0, in the units of the features; +∞ for any.</param>
    public TargetedFastAdaptiveBoundary(Norm norm, double epsilon)
        : base(norm, epsilon)
    {
    }

    /// <summary>How many classes to try, at least 1; no more than there are wrong ones are tried. Default 9.</summary>
    public int TargetClasses
    {
        get => _targetClasses;
        init => _targetClasses = InRange(value, value >= 1, ">= 1", nameof(TargetClasses));
    }

    private protected override IEnumerable<Tensor?> OtherClasses(AttackContext<IDifferentiableClassifier> context)
    {
        using var noGrad = no_grad();
        var labels = context.Goal.Classes.unsqueeze(1);
        var logits = context.Classifier.Logits(context.Originals);
        var wrong = logits.scatter(1, labels, full_like(labels, double.NegativeInfinity, logits.dtype));
        return wrong.topk(Math.Min(TargetClasses, context.Classifier.ClassCount - 1), 1).indexes.split(1, 1);
    }
}
