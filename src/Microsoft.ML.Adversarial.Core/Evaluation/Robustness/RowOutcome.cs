namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>What one attack did to one row.</summary>
/// <param name="IsMisclassified">Whether the model errs on what the attack returned, whatever its size.</param>
/// <param name="Prediction">The class that the model then predicts, from 0.</param>
/// <param name="Size">The size of the perturbation in the suite's norm, in the units of the budget.</param>
/// <param name="Sizes">Its size in every norm.</param>
/// <param name="Stage">Of a cascade, the stage that broke the row, from 0; null if none did.</param>
/// <param name="SurvivesRounding">
/// Whether the model errs also once pixels are stored with 8 bits; null where that was not asked: the row was not broken, its values are no
/// such pixels, or the attack's constraints see to it.
/// </param>
public readonly record struct RowOutcome(
    bool IsMisclassified, int Prediction, double Size, PerturbationSizes Sizes, int? Stage = null, bool? SurvivesRounding = null);
