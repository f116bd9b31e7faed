using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.GradientSteps;

/// <summary>
/// Momentum iterative method, MI-FGSM with L∞ (Dong et al. 2018, arXiv:1710.06081, algorithm 1): steps follow a decaying sum of gradients,
/// each divided by its L1 length. Default: 10 steps of ε/10, decay 1.
/// </summary>
[AttackName("mifgsm", "mim", Reference = "Dong et al. 2018, arXiv:1710.06081")]
public sealed record MomentumIterativeMethod : IteratedGradientAttack
{
    private readonly double _decay = 1;

    /// <summary>10 steps of ε/10 with decay 1 unless set otherwise.</summary>
    /// <param name="norm">L∞ or L2 in the paper; any norm works.</param>
    /// <param name="epsilon">Budget, at least 0, in the units of the features.</param>
    public MomentumIterativeMethod(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon), steps: 10)
    {
    }

    /// <summary>Decay μ of the accumulated gradient, at least 0; 0 is the basic iterative method. Default 1.</summary>
    public double Decay
    {
        get => _decay;
        init => _decay = InRange(value, value is >= 0 and < double.PositiveInfinity, ">= 0 and finite", nameof(Decay));
    }

    private protected override double DefaultStepSize => ThreatModel.Epsilon / Steps;

    private protected override Tensor Follow(Tensor gradient, ref Tensor? memory)
    {
        long[] perRow = [gradient.shape[0], .. Enumerable.Repeat(1L, gradient.shape.Length - 1)];
        var length = Norm.L1.Measure(gradient).reshape(perRow);
        var normalised = gradient / length.masked_fill_(length.eq(0), 1);
        if (memory is null)
        {
            // The memory outlives the step's dispose scope.
            memory = normalised.MoveToOuterDisposeScope();
        }
        else
        {
            memory.mul_(Decay).add_(normalised);
        }

        return memory;
    }
}
