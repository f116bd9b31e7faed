namespace Microsoft.ML.Adversarial.Evaluation.Reports;

/// <summary>
/// The scores of one detector on clean rows and on rows of one attack; higher is more suspicious. A report shows them as a histogram.
/// </summary>
/// <param name="Detector">The detector.</param>
/// <param name="Attack">The attack.</param>
/// <param name="Clean">Scores of clean rows.</param>
/// <param name="Attacked">Scores of attacked rows.</param>
public sealed record ReportedScores(string Detector, string Attack, IReadOnlyList<float> Clean, IReadOnlyList<float> Attacked)
{
    /// <summary>The score above which a row is flagged, which the histogram marks; null for none. Default null.</summary>
    public float? Threshold { get; init; }
}
