namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>What a search knows of a row.</summary>
/// <param name="index">Which of the batch's rows it is.</param>
/// <param name="left">How many queries it has.</param>
/// <param name="value">What the original is worth.</param>
internal sealed class ScoredRow(int index, int left, double value)
{
    public int Index { get; } = index;

    /// <summary>How many queries are left.</summary>
    public int Left { get; set; } = left;

    /// <summary>What the point is worth where the search is.</summary>
    public double Value { get; set; } = value;

    /// <summary>What the result is worth.</summary>
    public double Best { get; set; } = value;

    /// <summary>Whether the result reaches the goal.</summary>
    public bool IsReached { get; set; }
}
