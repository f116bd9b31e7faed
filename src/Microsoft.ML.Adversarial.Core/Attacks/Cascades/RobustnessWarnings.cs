namespace Microsoft.ML.Adversarial.Attacks.Cascades;

/// <summary>
/// What casts doubt on a robust accuracy: the flags of AutoAttack (Croce &amp; Hein 2020, arXiv:2003.01690, and the authors' notes on when its
/// standard version is not enough).
/// </summary>
[Flags]
public enum RobustnessWarnings
{
    /// <summary>Nothing was noticed.</summary>
    None = 0,

    /// <summary>Logits differ from one pass to the next: gradients of single passes mislead; use <see cref="AutoAttackVersion.Rand"/>.</summary>
    Randomised = 1,

    /// <summary>Logits look like probabilities: gradients through a softmax vanish in float32. Attack the values before it.</summary>
    Probabilities = 2,

    /// <summary>The gradient of some row is zero: gradient attacks cannot move it, which is not robustness.</summary>
    ZeroGradient = 4,

    /// <summary>An attack that sees scores only broke rows that gradient attacks before it did not: gradients are masked. More than 0.2 % of rows count.</summary>
    BlackBoxIsStronger = 8,

    /// <summary>The network computes gradients when it predicts: such defences need attacks that take that into account. Networks are checked, other classifiers cannot be.</summary>
    OptimisationAtInference = 16,

    /// <summary>There are fewer than four classes: the DLR objective against a target, with fewer than three also the other, is replaced by the margin.</summary>
    FewClasses = 32,
}
