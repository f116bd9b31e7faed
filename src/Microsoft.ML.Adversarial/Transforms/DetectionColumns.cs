using Microsoft.ML.Adversarial.Pipeline;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>The columns of a detection step.</summary>
/// <param name="Scores">The scores that are read, one per detector.</param>
/// <param name="PredictedLabel">The predicted class that the calibration is conditional on; null for one calibration of all rows.</param>
/// <param name="PValue">The p-value that is added, Single.</param>
/// <param name="PValues">The p-values of the single detectors that are added, a vector of Single; null for none.</param>
/// <param name="Flag">The flag that is added, Boolean.</param>
internal sealed record DetectionColumns(
    IReadOnlyList<string> Scores, string? PredictedLabel, string PValue, string? PValues, string Flag)
{
    /// <summary>Throws an <see cref="ArgumentException"/> for what no detection step has.</summary>
    public void Validate()
    {
        if (Scores.Count == 0)
        {
            throw new ArgumentException("Expected at least one score column, got none.");
        }

        string[] added = PValues is null ? [PValue, Flag] : [PValue, PValues, Flag];
        ColumnNames.Require([.. Scores, .. added]);
        if (PredictedLabel is not null)
        {
            ColumnNames.Require(PredictedLabel);
        }

        RequireDifferent(Scores, "score columns");
        RequireDifferent(added, "names for the columns that are added");
    }

    private static void RequireDifferent(IReadOnlyList<string> names, string what)
    {
        if (names.Distinct().Count() != names.Count)
        {
            throw new ArgumentException($"Expected different {what}, got {string.Join(", ", names)}.");
        }
    }
}
