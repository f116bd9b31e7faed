namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>What the numbers of a score column are.</summary>
public enum ScoreValues
{
    /// <summary>
    /// Numbers whose softmax (of one number: whose sigmoid) gives probabilities: logits, log-odds, margins, log-probabilities.
    /// </summary>
    Logits,

    /// <summary>Probabilities: none below 0, and of several classes they add up to 1.</summary>
    Probabilities,
}
