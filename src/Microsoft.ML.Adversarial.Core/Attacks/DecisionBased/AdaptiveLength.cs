namespace Microsoft.ML.Adversarial.Attacks.DecisionBased;

/// <summary>A step length that grows while steps succeed too often and shrinks while they succeed too seldom.</summary>
/// <param name="value">The length to start with.</param>
/// <param name="factor">What it grows and shrinks by.</param>
/// <param name="lowest">Share of successes below which it shrinks.</param>
/// <param name="highest">Share of successes above which it grows.</param>
internal sealed class AdaptiveLength(double value, double factor, double lowest, double highest)
{
    private const int Window = 20;
    private const double Largest = 0.9;

    private int _count;
    private int _successes;

    /// <summary>The length.</summary>
    public double Value { get; private set; } = value;

    /// <summary>Takes a step's success into account; the length changes after every window of steps.</summary>
    public void Note(bool success)
    {
        _count++;
        _successes += success ? 1 : 0;
        if (_count < Window)
        {
            return;
        }

        var share = (double)_successes / _count;
        Value = share > highest ? Math.Min(Value * factor, Math.Max(Value, Largest)) : share < lowest ? Value / factor : Value;
        (_count, _successes) = (0, 0);
    }
}
