using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.GradientSteps;

/// <summary>
/// Basic iterative method (Kurakin, Goodfellow &amp; Bengio 2017, arXiv:1607.02533, section 2.2): small steps from the input itself, clipped
/// to the budget after each. Default: 10 steps of ε/10, so that the budget can just be spent.
/// </summary>
[AttackName("bim", Reference = "Kurakin, Goodfellow & Bengio 2017, arXiv:1607.02533")]
public sealed record BasicIterativeMethod : IteratedGradientAttack
{
    /// <summary>10 steps of ε/10 unless set otherwise.</summary>
    /// <param name="norm">L∞ in the paper; any norm works.</param>
    /// <param name="epsilon">Budget, at least 0, in the units of the features.</param>
    public BasicIterativeMethod(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon).WithBudget(), steps: 10)
    {
    }

    private protected override double DefaultLength => ThreatModel.Epsilon;

    private protected override void Step_(
        AttackContext<IDifferentiableClassifier> context, Tensor inputs, Tensor gradient, Tensor? memory, double length)
    {
        context.Move_(inputs, gradient, length);
        context.Clip_(inputs);
    }
}
