namespace Microsoft.ML.Adversarial.Evaluation.Systems;

/// <summary>A detector as an evaluation records it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Threshold">The score above which it flags a row.</param>
/// <param name="CalibrationCount">The clean rows that the threshold rests on.</param>
/// <param name="WhyNotEvaded">Why no adaptive attack was made against it; null where one was.</param>
public sealed record SystemDetectorRecord(string Name, float Threshold, int CalibrationCount, string? WhyNotEvaded)
{
    // NaN is no way past a detector.
    internal bool IsFlagged(float score) => !(score <= Threshold);
}
