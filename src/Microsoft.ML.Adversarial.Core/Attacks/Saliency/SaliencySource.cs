namespace Microsoft.ML.Adversarial.Attacks.Saliency;

/// <summary>What a saliency map is the forward derivative of.</summary>
public enum SaliencySource
{
    /// <summary>The class probabilities: they add up to 1, so that what the target gains is what the others lose.</summary>
    Softmax,

    /// <summary>The logits, where the classes other than the target count alike, however unlikely they are.</summary>
    Logits,
}
