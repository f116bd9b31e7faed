using Microsoft.ML.Adversarial.Attacks;

namespace Microsoft.ML.Adversarial.Tool.Attacking;

/// <summary>What is to be run: everything that the results depend on but the classifier and the rows.</summary>
/// <param name="Attack">The attack.</param>
/// <param name="Targets">What it aims at.</param>
/// <param name="Seed">Seed of all random draws.</param>
/// <param name="BatchSize">Rows attacked together.</param>
/// <param name="Threads">Threads used.</param>
internal sealed record AttackRunInfo(Attack Attack, TargetChoice Targets, long Seed, int BatchSize, int Threads);
