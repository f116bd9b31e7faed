using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks.GradientSteps;

/// <summary>
/// Momentum iterative method, MI-FGSM with L∞ (Dong et al. 2018, arXiv:1710.06081, algorithm 1): steps follow a decaying sum of gradients,
/// each divided by its L1 length. Default: 10 steps of ε/10, decay 1.
/// </summary>
[AttackName("mifgsm", "mim", Reference = "Dong et al. 2018, arXiv:1710.06081")]
public sealed record MomentumIterativeMethod : MomentumAttack
{
    /// <summary>10 steps of ε/10 with decay 1 unless set otherwise.</summary>
    /// <param name="norm">L∞ or L2 in the paper; any norm works.</param>
    /// <param name="epsilon">Budget, at least 0, in the units of the features.</param>
    public MomentumIterativeMethod(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon).WithBudget(), decay: 1)
    {
    }
}
