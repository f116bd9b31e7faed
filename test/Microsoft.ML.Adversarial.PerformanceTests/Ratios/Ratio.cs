namespace Microsoft.ML.Adversarial.PerformanceTests.Ratios;

/// <summary>One figure.</summary>
/// <param name="Name">What was measured, over what.</param>
/// <param name="Value">The quotient of the two times.</param>
/// <param name="Limit">What it should not exceed, or not fall short of.</param>
/// <param name="IsFloor">Whether the limit is one from below.</param>
internal sealed record Ratio(string Name, double Value, double Limit, bool IsFloor = false)
{
    public bool Holds => IsFloor ? Value >= Limit : Value <= Limit;
}
