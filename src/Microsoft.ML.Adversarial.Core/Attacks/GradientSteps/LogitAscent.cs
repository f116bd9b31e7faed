using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks.GradientSteps;

/// <summary>
/// Gradient ascent on a chosen logit (Simonyan, Vedaldi &amp; Zisserman 2014, arXiv:1312.6034, section 2): steps along ∂z_k/∂x for a target k, which
/// shows what the network takes for that class; without a target, steps down the label's logit. With a budget ε or without one. Default: 100
/// steps of 2.5·ε/100 from the input itself.
/// </summary>
[AttackName("logitascent", Reference = "Simonyan, Vedaldi & Zisserman 2014, arXiv:1312.6034")]
public sealed record LogitAscent : IteratedGradientAttack
{
    /// <summary>100 steps of 2.5·ε/100 unless set otherwise.</summary>
    /// <param name="norm">Any norm: L2 steps follow the gradient itself.</param>
    /// <param name="epsilon">
    /// Budget, at least 0, in the units of the features; +∞ for none, where only the input bounds hold and
    /// <see cref="IteratedGradientAttack.StepSize"/> must be set.
    /// </param>
    public LogitAscent(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon), steps: 100) => Objective = AttackObjective.Logit;

    private protected override double DefaultLength => double.IsFinite(ThreatModel.Epsilon)
        ? 2.5 * ThreatModel.Epsilon
        : throw new InvalidOperationException("Without a budget there is no rule for the length of a step: expected StepSize, got null. Set it in the units of the features.");
}
