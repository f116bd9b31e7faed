namespace Microsoft.ML.Adversarial.PerformanceTests.Ratios;

/// <summary>One figure.</summary>
/// <param name="Name">What was measured, over what.</param>
/// <param name="Value">The quotient of the two times.</param>
/// <param name="Limit">What it should not exceed.</param>
internal sealed record Ratio(string Name, double Value, double Limit)
{
    public bool Holds => Value <= Limit;
}
