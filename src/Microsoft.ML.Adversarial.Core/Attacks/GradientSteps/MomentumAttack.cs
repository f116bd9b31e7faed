using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.GradientSteps;

/// <summary>Gradient steps that follow a decaying sum of gradients, each divided by its L1 length: g ← μ·g + ∇L/‖∇L‖₁.</summary>
public abstract record MomentumAttack : IteratedGradientAttack
{
    private readonly double _decay;

    private protected MomentumAttack(ThreatModel threatModel, double decay)
        : base(threatModel, steps: 10) => _decay = decay;

    /// <summary>Decay μ of the accumulated gradient, at least 0; 0 follows each gradient alone.</summary>
    public double Decay
    {
        get => _decay;
        init => _decay = InRange(value, value is >= 0 and < double.PositiveInfinity, ">= 0 and finite", nameof(Decay));
    }

    private protected override double DefaultLength => ThreatModel.Epsilon;

    private protected override Tensor? EmptyMemory(Tensor inputs) => zeros_like(inputs, requires_grad: false);

    private protected override void Step_(
        AttackContext<IDifferentiableClassifier> context, Tensor inputs, Tensor gradient, Tensor? memory, double length)
    {
        DecayingSum.Add_(memory!, gradient, Decay);
        context.Step_(inputs, memory!, length);
    }
}
