using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;

/// <summary>
/// Carlini &amp; Wagner's L2 attack (2017, arXiv:1608.04644, section V.A): minimises ‖x − x₀‖² + c·f(x) with Adam in the tanh of free variables,
/// with constants found by binary search. Default: 9 constants from 0.001 on, 10,000 iterations each, learning rate 0.01, objective F6.
/// </summary>
[AttackName("cwl2", "cw", "carliniwagner", Norms = ["L2"], Reference = "Carlini & Wagner 2017, arXiv:1608.04644")]
public sealed record CarliniWagnerL2 : ConstantSearchAttack
{
    /// <summary>The smallest perturbation, without a budget.</summary>
    public CarliniWagnerL2()
        : this(Norm.L2, double.PositiveInfinity)
    {
    }

    /// <summary>The smallest perturbation within a budget.</summary>
    /// <param name="norm">L2.</param>
    /// <param name="epsilon">Budget, at least 0, in the units of the features; +∞: none.</param>
    public CarliniWagnerL2(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon), iterations: 10_000)
    {
    }

    private protected override DescentRows Start(AttackContext<IDifferentiableClassifier> context)
    {
        var (originals, units) = (context.Originals, context.Units);
        return originals.dtype == ScalarType.Float64
            ? new SquaredDistanceRows<double>(originals, originals, units)
            : new SquaredDistanceRows<float>(originals, originals, units);
    }
}
