using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.GradientSteps;

/// <summary>
/// Nesterov iterative method, NI-FGSM with L∞ (Lin et al. 2020, arXiv:1908.06281, equations 6 to 8): MI-FGSM whose gradients are taken where the
/// momentum leads, at x + α·μ·g. Default: 10 steps of ε/10, decay 1.
/// </summary>
[AttackName("nifgsm", "nim", Reference = "Lin et al. 2020, arXiv:1908.06281")]
public sealed record NesterovIterativeMethod : MomentumAttack
{
    /// <summary>10 steps of ε/10 with decay 1 unless set otherwise.</summary>
    /// <param name="norm">L∞ in the paper; any norm works.</param>
    /// <param name="epsilon">Budget, at least 0, in the units of the features.</param>
    public NesterovIterativeMethod(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon).WithBudget(), decay: 1)
    {
    }

    private protected override (Tensor Gradient, Tensor? Logits) Look(
        AttackContext<IDifferentiableClassifier> context, Tensor inputs, Tensor? memory, double length)
    {
        var ahead = inputs.detach().add(memory!, alpha: length * Decay).requires_grad_();
        return (context.Ascent(ahead, Objective), null);
    }
}
