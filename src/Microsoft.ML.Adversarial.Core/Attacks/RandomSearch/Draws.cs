namespace Microsoft.ML.Adversarial.Attacks.RandomSearch;

/// <summary>Random numbers of one row, taken one after the other.</summary>
/// <param name="numbers">Uniform in (0, 1).</param>
internal ref struct Draws(ReadOnlySpan<float> numbers)
{
    private readonly ReadOnlySpan<float> _numbers = numbers;
    private int _next;

    /// <summary>+1 or −1.</summary>
    public int Sign() => _numbers[_next++] < 0.5f ? -1 : 1;

    /// <summary>0, 1, … count − 1.</summary>
    public int Below(int count) => Math.Min((int)(_numbers[_next++] * count), count - 1);
}
