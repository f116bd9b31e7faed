namespace Microsoft.ML.Adversarial.Evaluation.Diagnostics;

/// <summary>
/// What is checked before a robust accuracy is believed: the flags of AutoAttack (Croce &amp; Hein 2020, arXiv:2003.01690), the six indicators of
/// attack failure (Pintor et al. 2022, arXiv:2106.09947), and what Carlini et al. 2019 (arXiv:1902.06705, section 5) ask of an evaluation.
/// </summary>
public enum DiagnosticKind
{
    /// <summary>AutoAttack: logits differ from one pass to the next.</summary>
    Randomised,

    /// <summary>AutoAttack: logits look like probabilities.</summary>
    ProbabilityOutputs,

    /// <summary>AutoAttack: the margin has no gradient at a random point near some row.</summary>
    ZeroMarginGradient,

    /// <summary>AutoAttack: the model computes gradients when it predicts.</summary>
    OptimisationAtInference,

    /// <summary>AutoAttack: there are fewer than four classes.</summary>
    FewClasses,

    /// <summary>Black-box attacks break rows that no white-box attack breaks.</summary>
    WhiteBoxWeaker,

    /// <summary>The gradient of the cross-entropy vanishes in the model's own precision: its attacks stand still.</summary>
    VanishingGradients,

    /// <summary>First indicator: gradients along the attack's path are zero.</summary>
    UnavailableGradients,

    /// <summary>Second indicator: the loss jumps within a radius in which a step cannot see it.</summary>
    UnstablePredictions,

    /// <summary>Third indicator: the attack passes adversarial inputs on its way and returns another.</summary>
    SilentSuccess,

    /// <summary>Fourth indicator: the loss still grows when the steps are spent.</summary>
    IncompleteOptimisation,

    /// <summary>Fifth indicator: inputs that break the substitute of a transfer attack do not break the model.</summary>
    TransferFailure,

    /// <summary>Sixth indicator: even without a budget the attack leaves rows unbroken.</summary>
    UnconstrainedFailure,

    /// <summary>Accuracy grows somewhere as the budget grows.</summary>
    NotMonotone,

    /// <summary>Twice the steps break noticeably more rows.</summary>
    MoreStepsHelp,

    /// <summary>Adversarial pixels stop working once they are stored with 8 bits.</summary>
    UnverifiedRounding,

    /// <summary>The model or an attack failed on some rows.</summary>
    FailedRows,

    /// <summary>Detectors: no attack that knows of it was made against one.</summary>
    NoAdaptiveAttack,

    /// <summary>Detectors: attacks that know of none get past where those made for them do not.</summary>
    AdaptiveWeaker,

    /// <summary>
    /// Detectors: the system is noticeably more robust within the budget than the bare classifier within half of it (Tramèr 2022, arXiv:2107.11630).
    /// </summary>
    DetectorClaim,
}
