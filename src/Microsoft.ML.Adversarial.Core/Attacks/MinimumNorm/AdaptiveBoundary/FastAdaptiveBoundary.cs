using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm.AdaptiveBoundary;

/// <summary>
/// Fast adaptive boundary attack, FAB (Croce &amp; Hein 2020, arXiv:1907.02044): steps to the nearest boundary to another class, which takes a
/// backward pass per class. L∞, L2 and L1. Default: 100 steps.
/// </summary>
[AttackName("fab", Norms = ["Linf", "L2", "L1"], Reference = "Croce & Hein 2020, arXiv:1907.02044")]
public sealed record FastAdaptiveBoundary : AdaptiveBoundaryAttack
{
    /// <summary>100 steps from the original unless set otherwise.</summary>
    /// <param name="norm">L∞, L2 or L1.</param>
    /// <param name="epsilon">Largest size to keep, at least 0, in the units of the features; +∞ for any.</param>
    public FastAdaptiveBoundary(Norm norm, double epsilon)
        : base(norm, epsilon)
    {
    }

    private protected override IEnumerable<Tensor?> OtherClasses(AttackContext<IDifferentiableClassifier> context)
    {
        var (labels, count) = (context.Goal.Classes.unsqueeze(1), context.Classifier.ClassCount);
        return [(labels + arange(1, count, device: labels.device)).remainder(count)];
    }
}
