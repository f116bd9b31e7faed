using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;

/// <summary>
/// Carlini &amp; Wagner's L∞ attack (2017, arXiv:1608.04644, section V.C): minimises c·f(x) + Σ max(|x − x₀| − τ, 0), and whenever all
/// features get near enough, goes on from there with a smaller τ. Default: constants from 0.00001 to 20, 1,000 iterations each, learning rate 0.005,
/// objective F6.
/// </summary>
/// <remarks>
/// Near enough is half of the way from the size before to τ: features go back and forth around τ, and rarely are all of them within it.
/// </remarks>
[AttackName("cwlinf", Norms = ["Linf"], Reference = "Carlini & Wagner 2017, arXiv:1608.04644")]
public sealed record CarliniWagnerLInfinity : TighteningAttack
{
    private readonly double _decay = 0.9;

    /// <summary>The smallest perturbation, without a budget.</summary>
    public CarliniWagnerLInfinity()
        : this(Norm.LInfinity, double.PositiveInfinity)
    {
    }

    /// <summary>The smallest perturbation, where it is within a budget.</summary>
    /// <param name="norm">L∞.</param>
    /// <param name="epsilon">Budget, at least 0, in the units of the features; +∞: none.</param>
    public CarliniWagnerLInfinity(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon), learningRate: 5e-3, initialConstant: 1e-5, largestConstant: 20)
    {
    }

    /// <summary>The next τ over the size of what was found, between 0 and 1. Default 0.9.</summary>
    public double Decay
    {
        get => _decay;
        init => _decay = InRange(value, value is > 0 and < 1, "> 0 and < 1", nameof(Decay));
    }

    private protected override Tensor Loosest(AttackContext<IDifferentiableClassifier> context) =>
        full([context.Originals.shape[0]], double.PositiveInfinity, context.Originals.dtype, context.Originals.device);

    private protected override Tensor Tighter(AttackContext<IDifferentiableClassifier> task, Tensor solutions, Tensor demands) =>
        task.ThreatModel.Norm.Measure(solutions - task.Originals).mul_(Decay);

    private protected override Tensor LimitsOf(Tensor demands) => demands * ((1 + Decay) / (2 * Decay));

    private protected override DescentRows Start(AttackContext<IDifferentiableClassifier> task, Tensor solutions, Tensor demands)
    {
        var (originals, units) = (task.Originals, task.Units);
        return originals.dtype == ScalarType.Float64
            ? new ExcessRows<double>(solutions, originals, units, demands)
            : new ExcessRows<float>(solutions, originals, units, demands);
    }
}
