using Microsoft.ML.Adversarial.Attacks.Objectives;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;

/// <summary>
/// The seven functions f of Carlini &amp; Wagner 2017 (arXiv:1608.04644, section IV.A) that are at most 0 exactly where the goal counts as
/// reached. With Z the logits, F the softmax, t the target; for a label y the sides change places:
/// <list type="table">
/// <item><term>F1</term><description>−log₂ F_t − 1. The paper prints 1 − loss.</description></item>
/// <item><term>F2</term><description>max(0, max_{i≠t} F_i − F_t)</description></item>
/// <item><term>F3</term><description>softplus(max_{i≠t} F_i − F_t) − log 2</description></item>
/// <item><term>F4</term><description>max(0, 1/2 − F_t)</description></item>
/// <item><term>F5</term><description>−log(2 F_t). The paper prints −log(2 F_t − 2), which no probability satisfies.</description></item>
/// <item><term>F6</term><description>max(0, max_{i≠t} Z_i − Z_t): the paper's choice</description></item>
/// <item><term>F7</term><description>softplus(max_{i≠t} Z_i − Z_t) − log 2</description></item>
/// </list>
/// For a label F1, F4 and F5 ask for F_y ≤ 1/C with C classes: a probability below 1/2 is not yet a misclassification. All but F6 and F7 lose
/// their gradients where the softmax saturates, F1 and F5 for labels only.
/// </summary>
public sealed record CarliniWagnerObjective
{
    private readonly AttackObjective _distance;
    private readonly Func<Goal, long, double> _offset;
    private readonly Func<Tensor, Tensor> _shape;
    private readonly Func<Tensor, Tensor> _slope;

    // f = shape(offset − objective), where the objective grows towards the goal.
    private CarliniWagnerObjective(
        AttackObjective distance, Func<Goal, long, double> offset, Func<Tensor, Tensor> shape, Func<Tensor, Tensor> slope)
    {
        _distance = distance;
        _offset = offset;
        _shape = shape;
        _slope = slope;
    }

    /// <summary>The logarithm of the probability, to base 2.</summary>
    public static CarliniWagnerObjective F1 { get; } =
        new(AttackObjective.CrossEntropy, LogThreshold, excess => excess / Math.Log(2), excess => full_like(excess, 1 / Math.Log(2)));

    /// <summary>The difference of probabilities, cut off at 0.</summary>
    public static CarliniWagnerObjective F2 { get; } = new(new ProbabilityMarginObjective(), None, Hinge, HingeSlope);

    /// <summary>The difference of probabilities, smoothly cut off.</summary>
    public static CarliniWagnerObjective F3 { get; } = new(new ProbabilityMarginObjective(), None, Softplus, sigmoid);

    /// <summary>What the probability lacks.</summary>
    public static CarliniWagnerObjective F4 { get; } =
        new(new ProbabilityObjective(), (goal, classes) => goal.LossSign < 0 ? 0.5 : -1.0 / classes, Hinge, HingeSlope);

    /// <summary>The natural logarithm of the probability: F1 times log 2.</summary>
    public static CarliniWagnerObjective F5 { get; } = new(AttackObjective.CrossEntropy, LogThreshold, excess => excess.clone(), excess => ones_like(excess));

    /// <summary>The difference of logits, cut off at 0.</summary>
    public static CarliniWagnerObjective F6 { get; } = new(AttackObjective.LogitMargin, None, Hinge, HingeSlope);

    /// <summary>The difference of logits, smoothly cut off.</summary>
    public static CarliniWagnerObjective F7 { get; } = new(AttackObjective.LogitMargin, None, Softplus, sigmoid);

    /// <summary>f.</summary>
    /// <param name="logits">Shape [N, classes].</param>
    /// <param name="goal">What to reach.</param>
    /// <returns>Shape [N].</returns>
    internal Tensor Value(Tensor logits, Goal goal)
    {
        using var scope = NewDisposeScope();
        return _shape(Excess(logits, goal)).MoveToOuterDisposeScope();
    }

    /// <summary>∂f/∂(logits).</summary>
    /// <inheritdoc cref="Value"/>
    /// <returns>Shape [N, classes].</returns>
    internal Tensor Cotangent(Tensor logits, Goal goal)
    {
        using var scope = NewDisposeScope();
        var slope = _slope(Excess(logits, goal)).neg_().unsqueeze(1);
        return _distance.Cotangent(logits, goal).mul_(slope).MoveToOuterDisposeScope();
    }

    private Tensor Excess(Tensor logits, Goal goal) => _offset(goal, logits.shape[1]) - _distance.Value(logits, goal);

    private static double None(Goal goal, long classes) => 0;

    private static double LogThreshold(Goal goal, long classes) => goal.LossSign < 0 ? -Math.Log(2) : Math.Log(classes);

    private static Tensor Hinge(Tensor excess) => excess.clamp(min: 0);

    private static Tensor HingeSlope(Tensor excess) => excess.greater(0).to(excess.dtype);

    private static Tensor Softplus(Tensor excess) => nn.functional.softplus(excess) - Math.Log(2);
}
