namespace Microsoft.ML.Adversarial.Evaluation.Systems;

/// <summary>An attack as an evaluation of a system records it.</summary>
/// <param name="Name">Its name in the suite, or such as <c>adaptive FisherTrace, selective</c>.</param>
/// <param name="Settings">What it is and what was set, as text.</param>
/// <param name="IsBlackBox">Whether it sees scores or decisions only.</param>
/// <param name="IsMinimumNorm">Whether it looks for the smallest perturbation.</param>
/// <param name="Evades">The detectors that it was made to evade; empty if it knows of none.</param>
/// <param name="Time">How long it took, scoring what it returned included.</param>
public sealed record SystemAttackRecord(
    string Name, string Settings, bool IsBlackBox, bool IsMinimumNorm, IReadOnlyList<string> Evades, TimeSpan Time)
{
    /// <summary>Whether it was made to evade detectors.</summary>
    public bool IsAdaptive => Evades.Count > 0;
}
