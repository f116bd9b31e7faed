namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>The score above which one detector alone flags rows at the false-positive rate of its transformer.</summary>
/// <param name="ScoreColumnName">The detector's score.</param>
/// <param name="PredictedLabel">The key value (or true and false) of the predicted class that it holds for; null where it holds for all.</param>
/// <param name="CalibrationCount">The number of clean rows that it rests on.</param>
/// <param name="Threshold">Rows that score higher are flagged; rows that equal it are not.</param>
public sealed record DetectorThreshold(string ScoreColumnName, string? PredictedLabel, int CalibrationCount, float Threshold);
