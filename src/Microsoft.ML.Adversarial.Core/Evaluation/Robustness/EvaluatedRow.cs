namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>One row of an evaluation.</summary>
/// <param name="Row">Its number within the data, from 0.</param>
/// <param name="Fingerprint">Of its features and label: equal for equal rows. Tells whether two evaluations saw the same data.</param>
/// <param name="Label">The true class, from 0.</param>
/// <param name="Prediction">The class predicted unperturbed, from 0.</param>
/// <param name="Outcomes">What each attack of the suite did, in its order; empty if the model or an attack failed on the row.</param>
/// <param name="Error">Why the row was not evaluated; null if it was.</param>
public sealed record EvaluatedRow(long Row, string Fingerprint, int Label, int Prediction, IReadOnlyList<RowOutcome> Outcomes, string? Error = null)
{
    /// <summary>Whether the model is right about the unperturbed row.</summary>
    public bool IsCorrect => Label == Prediction;
}
