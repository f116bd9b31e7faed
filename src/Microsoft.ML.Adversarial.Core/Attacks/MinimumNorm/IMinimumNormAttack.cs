namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm;

/// <summary>What attacks have in common that look for the smallest perturbation, whatever they need of a classifier: ε may be infinite.</summary>
internal interface IMinimumNormAttack;
