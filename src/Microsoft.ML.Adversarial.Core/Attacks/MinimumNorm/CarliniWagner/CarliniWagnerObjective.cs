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
    private readonly Func<double, double> _shape;
    private readonly Func<double, double> _slope;

    // f = shape(offset − objective), where the objective grows towards the goal.
    private CarliniWagnerObjective(
        AttackObjective distance, Func<Goal, long, double> offset, Func<double, double> shape, Func<double, double> slope)
    {
        _distance = distance;
        _offset = offset;
        _shape = shape;
        _slope = slope;
    }

    /// <summary>The logarithm of the probability, to base 2.</summary>
    public static CarliniWagnerObjective F1 { get; } =
        new(AttackObjective.CrossEntropy, LogThreshold, excess => excess / Math.Log(2), _ => 1 / Math.Log(2));

    /// <summary>The difference of probabilities, cut off at 0.</summary>
    public static CarliniWagnerObjective F2 { get; } = new(new ProbabilityMarginObjective(), None, Hinge, HingeSlope);

    /// <summary>The difference of probabilities, smoothly cut off.</summary>
    public static CarliniWagnerObjective F3 { get; } = new(new ProbabilityMarginObjective(), None, Softplus, Sigmoid);

    /// <summary>What the probability lacks.</summary>
    public static CarliniWagnerObjective F4 { get; } =
        new(new ProbabilityObjective(), (goal, classes) => goal.LossSign < 0 ? 0.5 : -1.0 / classes, Hinge, HingeSlope);

    /// <summary>The natural logarithm of the probability: F1 times log 2.</summary>
    public static CarliniWagnerObjective F5 { get; } = new(AttackObjective.CrossEntropy, LogThreshold, excess => excess, _ => 1);

    /// <summary>The difference of logits, cut off at 0.</summary>
    public static CarliniWagnerObjective F6 { get; } = new(AttackObjective.LogitMargin, None, Hinge, HingeSlope);

    /// <summary>The difference of logits, smoothly cut off.</summary>
    public static CarliniWagnerObjective F7 { get; } = new(AttackObjective.LogitMargin, None, Softplus, Sigmoid);

    /// <summary>f, and the gradient of its weighted sum.</summary>
    /// <param name="logits">Shape [N, classes], detached.</param>
    /// <param name="goal">What to reach.</param>
    /// <param name="weights">c, one per row.</param>
    /// <returns>f of every row; c·∂f/∂(logits), shape [N, classes].</returns>
    internal (double[] Values, Tensor Cotangent) Evaluate(Tensor logits, Goal goal, double[] weights)
    {
        using var scope = NewDisposeScope();
        var (values, cotangent) = _distance.Evaluate(logits, goal);
        var (offset, slopes) = (_offset(goal, logits.shape[1]), new double[values.Length]);
        for (var row = 0; row < values.Length; row++)
        {
            var excess = offset - values[row];
            (values[row], slopes[row]) = (_shape(excess), -weights[row] * _slope(excess));
        }

        cotangent.mul_(tensor(slopes, [values.Length, 1], logits.dtype, logits.device));
        return (values, cotangent.MoveToOuterDisposeScope());
    }

    private static double None(Goal goal, long classes) => 0;

    private static double LogThreshold(Goal goal, long classes) => goal.LossSign < 0 ? -Math.Log(2) : Math.Log(classes);

    private static double Hinge(double excess) => Math.Max(excess, 0);

    private static double HingeSlope(double excess) => excess > 0 ? 1 : 0;

    private static double Softplus(double excess) => Math.Max(excess, 0) + double.LogP1(Math.Exp(-Math.Abs(excess))) - Math.Log(2);

    private static double Sigmoid(double excess) => excess < 0 ? Math.Exp(excess) / (1 + Math.Exp(excess)) : 1 / (1 + Math.Exp(-excess));
}
