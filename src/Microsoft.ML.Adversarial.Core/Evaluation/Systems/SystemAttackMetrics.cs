using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Systems;

/// <summary>What one attack did to a classifier with its detectors.</summary>
/// <param name="Attack">The attack.</param>
/// <param name="Success">The rows that it broke within the budget, flagged or not, among those that the classifier is right about unperturbed.</param>
/// <param name="UnflaggedError">The rows that are misclassified after it, within the budget, and not flagged, among all evaluated rows.</param>
/// <param name="TruePositives">The rows that it broke and that the system flags, among those that it broke.</param>
/// <param name="Detectors">How each detector does, in the order of the system.</param>
public sealed record SystemAttackMetrics(
    SystemAttackRecord Attack, Share Success, Share UnflaggedError, Share TruePositives, IReadOnlyList<DetectorMetrics> Detectors)
{
    /// <summary>Its name.</summary>
    public string Name => Attack.Name;

    /// <summary>How one detector does against it.</summary>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    public DetectorMetrics this[string detector] => Detectors.FirstOrDefault(one => one.Detector == detector)
        ?? throw new KeyNotFoundException($"Expected one of the detectors {string.Join(", ", Detectors.Select(one => one.Detector))}, got '{detector}'.");

    internal static SystemAttackMetrics Of(SystemRecord record, int index, double confidence)
    {
        SystemRow[] rows = [.. record.Rows.Where(row => row.Error is null)];
        SystemRow[] broken = [.. rows.Where(row => row.IsCorrect && record.IsMisclassified(row, index))];
        return new(
            record.Attacks[index],
            Share.Of(broken.Length, rows.Count(row => row.IsCorrect), confidence),
            Share.Of(rows.Count(row => record.IsUnflaggedError(row, index)), rows.Length, confidence),
            Share.Of(broken.Count(row => record.IsFlagged(row.Outcomes[index].Scores)), broken.Length, confidence),
            [.. record.Detectors.Select((detector, place) => new DetectorMetrics(
                detector.Name,
                broken.Length == 0 ? null : new(rows.Select(row => row.Scores[place]), broken.Select(row => row.Outcomes[index].Scores[place])),
                Share.Of(broken.Count(row => detector.IsFlagged(row.Outcomes[index].Scores[place])), broken.Length, confidence),
                Share.Of(
                    rows.Count(row => record.IsMisclassified(row, index) && !detector.IsFlagged(row.Outcomes[index].Scores[place])), rows.Length, confidence)))]);
    }
}
