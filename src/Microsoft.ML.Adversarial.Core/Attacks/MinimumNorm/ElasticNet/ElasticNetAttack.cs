using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm.ElasticNet;

/// <summary>
/// EAD, the elastic-net attack (Chen, Sharma, Zhang, Yi &amp; Hsieh 2018, arXiv:1709.04114, algorithm 1): minimises
/// c·f(x) + ‖x − x₀‖² + β‖x − x₀‖₁ by iterative shrinkage-thresholding with momentum (FISTA), with constants found by binary search.
/// Default: 9 constants from 0.001 on, 1,000 iterations each, learning rate 0.01, objective F6.
/// </summary>
/// <remarks>What is judged are the points that gradients are taken at, so that no further passes are needed.</remarks>
[AttackName("ead", "elasticnet", Norms = ["L1"], Reference = "Chen, Sharma, Zhang, Yi & Hsieh 2018, arXiv:1709.04114")]
public sealed record ElasticNetAttack : ConstantSearchAttack
{
    private readonly double _beta = 1e-3;

    /// <summary>The smallest perturbation, without a budget.</summary>
    public ElasticNetAttack()
        : this(Norm.L1, double.PositiveInfinity)
    {
    }

    /// <summary>The smallest perturbation, where it is within a budget.</summary>
    /// <param name="norm">L1.</param>
    /// <param name="epsilon">Budget, at least 0, in the units of the features; +∞: none.</param>
    public ElasticNetAttack(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon), iterations: 1_000)
    {
    }

    /// <summary>
    /// β, the weight of the L1 length and the change below which a feature stays as it is, at least 0, for features in [0, 1]. Default 0.001;
    /// 0.01 makes perturbations sparser.
    /// </summary>
    public double Beta
    {
        get => _beta;
        init => _beta = InRange(value, value is >= 0 and < double.PositiveInfinity, ">= 0 and finite", nameof(Beta));
    }

    /// <summary>Which perturbation is the smallest. Default: the elastic net's.</summary>
    public DecisionRule DecisionRule { get; init; } = DecisionRule.ElasticNet;

    private protected override DescentRows Start(AttackContext<IDifferentiableClassifier> context)
    {
        var (originals, units) = (context.Originals, context.Units);
        return originals.dtype == ScalarType.Float64
            ? new ElasticNetRows<double>(originals, units, Beta, DecisionRule)
            : new ElasticNetRows<float>(originals, units, Beta, DecisionRule);
    }
}
