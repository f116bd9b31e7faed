namespace Microsoft.ML.Adversarial.Evaluation.Systems;

/// <summary>One row of an evaluation of a system.</summary>
/// <param name="Row">Its number within the data, from 0.</param>
/// <param name="Label">The true class, from 0.</param>
/// <param name="Prediction">The class predicted unperturbed, from 0.</param>
/// <param name="Scores">What each detector scores unperturbed, in their order.</param>
/// <param name="HoldsAtHalfBudget">
/// Whether the bare classifier is right and stays so under the attack with half the budget; null where none was made.
/// </param>
/// <param name="Outcomes">What each attack did, in their order; empty if the row failed.</param>
/// <param name="Error">Why the row was not evaluated; null if it was.</param>
public sealed record SystemRow(
    long Row, int Label, int Prediction, IReadOnlyList<float> Scores, bool? HoldsAtHalfBudget, IReadOnlyList<SystemOutcome> Outcomes,
    string? Error = null)
{
    /// <summary>Whether the classifier is right about the unperturbed row.</summary>
    public bool IsCorrect => Label == Prediction;
}
