namespace Defences;

/// <summary>What came out for one defence.</summary>
/// <param name="Defence">Its name.</param>
/// <param name="TrainingTime">How long training took.</param>
/// <param name="CleanAccuracy">Share of all test rows that are classified right.</param>
/// <param name="RobustAccuracies">Share of attacked rows that stay right, an attack each.</param>
/// <param name="Successes">Share of rows on which a minimum-norm attack succeeds, and the mean size where it does, an attack each.</param>
internal sealed record Measurement(
    string Defence, TimeSpan TrainingTime, double CleanAccuracy, IReadOnlyDictionary<string, double> RobustAccuracies,
    IReadOnlyDictionary<string, (double Share, double MeanSize)> Successes);
