using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks.GradientSteps;

/// <summary>
/// Fast gradient method: one step of length ε along the steepest direction; with L∞ it is FGSM, the fast gradient sign method
/// (Goodfellow, Shlens &amp; Szegedy 2015, arXiv:1412.6572, section 4).
/// </summary>
[AttackName("fgsm", "fgm", Reference = "Goodfellow, Shlens & Szegedy 2015, arXiv:1412.6572")]
public sealed record FastGradientMethod : GradientStepAttack
{
    /// <summary>One step of length ε.</summary>
    /// <param name="norm">L∞ for FGSM; L1, L2 or any Lp for FGM.</param>
    /// <param name="epsilon">Budget and step length, at least 0, in the units of the features.</param>
    public FastGradientMethod(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon).WithBudget())
    {
    }

    private protected override int StepCount => 1;

    private protected override double StepLength(int step) => ThreatModel.Epsilon;
}
