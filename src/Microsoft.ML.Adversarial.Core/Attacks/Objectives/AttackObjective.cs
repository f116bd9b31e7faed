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
}
