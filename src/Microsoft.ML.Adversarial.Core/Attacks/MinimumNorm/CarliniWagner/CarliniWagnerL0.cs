using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;

/// <summary>
/// Carlini &amp; Wagner's L0 attack (2017, arXiv:1608.04644, section V.B): minimises ‖x − x₀‖² + c·f(x), freezes the features that matter least to
/// what it found, those of smallest |g·δ| with g the gradient there and δ the perturbation, and goes on with the others. Default: constants from
/// 0.001 to 2,000,000, 1,000 iterations each, learning rate 0.01, objective F6.
/// </summary>
/// <remarks>As in the authors' code, up to 0.3 √n of n changed features freeze at a time, of which one may matter more than 0.01 logits.</remarks>
[AttackName("cwl0", Norms = ["L0"], Reference = "Carlini & Wagner 2017, arXiv:1608.04644")]
public sealed record CarliniWagnerL0 : TighteningAttack
{
    private const double FrozenAtOnce = 0.3;
    private const double SmallContribution = 0.01;

    /// <summary>The smallest perturbation, without a budget.</summary>
    public CarliniWagnerL0()
        : this(Norm.L0, double.PositiveInfinity)
    {
    }

    /// <summary>The smallest perturbation, where it is within a budget.</summary>
    /// <param name="norm">L0.</param>
    /// <param name="epsilon">Budget, at least 0: a number of features; +∞: none.</param>
    public CarliniWagnerL0(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon), learningRate: 0.01, initialConstant: 1e-3, largestConstant: 2e6)
    {
    }

    // Which features are frozen.
    private protected override Tensor Loosest(AttackContext<IDifferentiableClassifier> context) => zeros_like(context.Originals, ScalarType.Bool);

    private protected override Tensor Tighter(AttackContext<IDifferentiableClassifier> task, Tensor solutions, Tensor demands)
    {
        // f is cut off at 0, where its gradient tells nothing: what it cuts off does.
        var gradient = task.Ascent(solutions.detach().requires_grad_(), AttackObjective.LogitMargin);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var changes = (solutions - task.Originals).flatten(1);
        // A feature that did not change is frozen for nothing: it must not take the place of one that did.
        var frozen = demands.flatten(1).logical_or(changes.eq(0));
        var contributions = (gradient.flatten(1) * changes).abs_().masked_fill_(frozen, double.PositiveInfinity);
        var places = contributions.argsort(1).argsort(1);
        var most = changes.ne(0).sum(1, keepdim: true).sqrt().mul_(FrozenAtOnce).floor_().clamp_(min: 1);
        var small = contributions.less_equal(SmallContribution).sum(1, keepdim: true).add_(1);
        var chosen = places.less(most).logical_and_(places.less(small));
        return frozen.logical_or(chosen).reshape(demands.shape).MoveToOuterDisposeScope();
    }

    private protected override Tensor LimitsOf(Tensor demands) => full([demands.shape[0]], double.PositiveInfinity, ScalarType.Float64, demands.device);

    private protected override DescentRows Start(AttackContext<IDifferentiableClassifier> task, Tensor solutions, Tensor demands)
    {
        var (originals, units) = (task.Originals, task.Units);
        var starts = where(demands, originals, solutions);
        return originals.dtype == ScalarType.Float64
            ? new FrozenRows<double>(starts, originals, units, demands)
            : new FrozenRows<float>(starts, originals, units, demands);
    }
}
