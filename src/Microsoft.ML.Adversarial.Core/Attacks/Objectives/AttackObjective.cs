using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Objectives;

/// <summary>A function of the logits that an attack wants to grow, row by row.</summary>
public abstract record AttackObjective
{
    /// <summary>Cross-entropy with the true label, or against the target: the default of gradient attacks.</summary>
    public static AttackObjective CrossEntropy { get; } = new CrossEntropyObjective();

    /// <summary>The difference of the two logits that decide: its gradient does not vanish on saturated networks.</summary>
    public static AttackObjective LogitMargin { get; } = new LogitMarginObjective();

    /// <summary>
    /// The difference of logits ratio, DLR: the margin over the spread of the largest logits, so that rescaling the logits changes nothing
    /// (Croce &amp; Hein 2020, arXiv:2003.01690, equations 6 and 7). It is not defined for fewer than three classes, against a target for fewer
    /// than four: there it is the margin.
    /// </summary>
    public static AttackObjective DifferenceOfLogitsRatio { get; } = new DifferenceOfLogitsRatioObjective();

    /// <summary>The logit of the label, to shrink, or of the target, to grow; the other classes do not matter.</summary>
    public static AttackObjective Logit { get; } = new LogitObjective();

    /// <summary>The cross-entropy's direction at a length that does not vanish on saturated networks.</summary>
    internal static AttackObjective LogOdds { get; } = new LogOddsObjective();

    /// <summary>The objective's value.</summary>
    /// <param name="logits">Shape [N, classes].</param>
    /// <param name="goal">What to reach.</param>
    /// <returns>Shape [N]; larger is nearer to the goal.</returns>
    public abstract Tensor Value(Tensor logits, Goal goal);

    /// <summary>The objective's gradient with respect to the logits.</summary>
    /// <param name="logits">Shape [N, classes], detached.</param>
    /// <param name="goal">What to reach.</param>
    /// <returns>Shape [N, classes].</returns>
    public abstract Tensor Cotangent(Tensor logits, Goal goal);

    /// <summary>
    /// Value and gradient as attacks that compare values need them. In float64: a network that is sure of itself has a cross-entropy of 0 in
    /// float32, and no gradient.
    /// </summary>
    /// <param name="logits">Shape [N, classes], detached.</param>
    /// <param name="goal">What to reach.</param>
    /// <returns>A value per row; the cotangent, shape [N, classes], in the logits' type.</returns>
    internal virtual (double[] Values, Tensor Cotangent) Evaluate(Tensor logits, Goal goal)
    {
        using var scope = NewDisposeScope();
        var exact = logits.to(ScalarType.Float64);
        var values = Value(exact, goal).cpu().data<double>().ToArray();
        return (values, Cotangent(exact, goal).to(logits.dtype).MoveToOuterDisposeScope());
    }
}
