namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm;

/// <summary>An attack that minimises the size, whatever it needs of the classifier.</summary>
internal interface IMinimumNormAttack;
