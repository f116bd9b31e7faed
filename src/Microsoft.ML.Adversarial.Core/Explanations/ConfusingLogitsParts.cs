namespace Microsoft.ML.Adversarial.Explanations;

/// <summary>What there is to compute of <see cref="ConfusingLogits"/> beyond the logits themselves, which one pass gives.</summary>
[Flags]
internal enum ConfusingLogitsParts
{
    None = 0,
    FirstGradient = 1,
    SecondGradient = 2,
    TowardsFirst = 4,
    TowardsSecond = 8,
    All = 15,
}
