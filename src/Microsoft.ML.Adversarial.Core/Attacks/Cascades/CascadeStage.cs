namespace Microsoft.ML.Adversarial.Attacks.Cascades;

/// <summary>What one stage of a cascade did.</summary>
/// <param name="Attack">The attack with its settings.</param>
/// <param name="Seed">The seed of its random draws.</param>
/// <param name="RowsAttacked">How many rows were still robust when it started.</param>
/// <param name="NewlyBroken">The rows that it broke, counted from 0 within the batch, in rising order.</param>
/// <param name="WasCancelled">Whether it was cancelled; the rows that it had broken by then count.</param>
public sealed record CascadeStage(Attack Attack, long Seed, int RowsAttacked, IReadOnlyList<long> NewlyBroken, bool WasCancelled);
