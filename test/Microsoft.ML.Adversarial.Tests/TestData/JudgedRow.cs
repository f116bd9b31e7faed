namespace Microsoft.ML.Adversarial.TestData;

/// <summary>A row with the scores of two detectors that depend on each other, a predicted class, and what an attack and a flag said of it.</summary>
internal sealed class JudgedRow
{
    public float First { get; set; }

    public float Second { get; set; }

    /// <summary>Null where there is none, which a key column has as a missing value.</summary>
    public string? Kind { get; set; }

    public bool IsCat { get; set; }

    public bool AttackSucceeded { get; set; } = true;

    public bool IsAdversarial { get; set; }

    /// <summary>Rows of cats, dogs and eels in turn; eels score higher.</summary>
    public static JudgedRow[] Create(int count, int seed, float shift = 0)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(row =>
        {
            var common = random.NextSingle() + shift + (row % 3 == 2 ? 0.5f : 0);
            return new JudgedRow
            {
                First = common, Second = common + (0.5f * random.NextSingle()), Kind = new[] { "cat", "dog", "eel" }[row % 3], IsCat = row % 3 == 0,
            };
        })];
    }

    public float[] Scores => [First, Second];
}
