namespace Microsoft.ML.Adversarial.Attacks.Saliency;

/// <summary>What a saliency map is the forward derivative of.</summary>
public enum SaliencySource
{
    /// <summary>
    /// The class probabilities: they add up to 1, so that what the target gains is what the others lose. The order of pairs is computed
    /// without the factor
    /// that underflows on networks that are sure of themselves.
    /// </summary>
    Softmax,

    /// <summary>The logits, where the classes other than the target count alike, however unlikely they are.</summary>
    Logits,

    /// <summary>
    /// The class probabilities in Float32 arithmetic, as published code has them: where the network is so sure of itself that saliencies
    /// underflow, as distilled
    /// networks are, the attack finds nothing. To reproduce published figures with, not to measure robustness.
    /// </summary>
    SinglePrecisionSoftmax,
}
