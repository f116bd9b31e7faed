namespace Microsoft.ML.Adversarial.TestData;

/// <summary>What a <see cref="FruitChain"/> says of a row.</summary>
internal sealed class FruitPrediction
{
    public float[] Score { get; set; } = [];

    public float FisherTrace { get; set; }

    public float PValue { get; set; }

    public float[] AdversarialFeatures { get; set; } = [];

    /// <summary>All of it as numbers.</summary>
    public float[] Flat() => [.. Score, FisherTrace, PValue, .. AdversarialFeatures];
}
