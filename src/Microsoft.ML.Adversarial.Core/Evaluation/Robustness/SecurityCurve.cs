namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>Accuracy under attack over the budget (Biggio &amp; Roli 2018, arXiv:1712.03141, section 4).</summary>
/// <param name="Attack">How it was measured.</param>
/// <param name="RowCount">On how many rows.</param>
/// <param name="Points">In rising order of the budget, from 0.</param>
public sealed record SecurityCurve(string Attack, int RowCount, IReadOnlyList<SecurityPoint> Points);

/// <summary>One point of a security curve.</summary>
/// <param name="Epsilon">The budget.</param>
/// <param name="Correct">How many rows are right about every perturbation that was found within it.</param>
/// <param name="Accuracy">These as a share of all rows.</param>
public readonly record struct SecurityPoint(double Epsilon, int Correct, double Accuracy);
