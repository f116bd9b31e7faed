namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>What a classifier answered about some candidates.</summary>
/// <param name="Values">What they are worth to the attacker, all finite.</param>
/// <param name="Margins">Above 0 where they clearly reach the goal.</param>
internal readonly record struct Scores(double[] Values, double[] Margins);
