using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.TestData;

/// <summary>A row of three classes that eight features tell apart.</summary>
internal sealed class FruitRow
{
    public const int FeatureCount = 8;

    private static readonly string[] Kinds = ["apple", "banana", "cherry"];

    public float Id { get; set; }

    public string? Kind { get; set; }

    /// <summary>The class as a number: 0, 2.5 or 5.</summary>
    public float Code { get; set; }

    public bool IsApple { get; set; }

    /// <summary>The class after this one, what a targeted attack wants.</summary>
    public string Target { get; set; } = "";

    [VectorType(FeatureCount)]
    public float[] Features { get; set; } = [];

    /// <summary>Rows of the classes in turn: features in [0, 1], those of the class high and the others low.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">Other seeds give other rows of the same kind.</param>
    /// <param name="noise">Half the width of a feature's spread; at most 0.5. 0.25 hardly lets classes overlap.</param>
    public static FruitRow[] Create(int count, int seed, double noise = 0.25)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(id => Create(id, random, noise))];
    }

    private static FruitRow Create(int id, Random random, double noise)
    {
        var kind = id % 3;
        return new()
        {
            Id = id,
            Kind = Kinds[kind],
            Code = 2.5f * kind,
            IsApple = kind == 0,
            Target = Kinds[(kind + 1) % 3],
            Features = [.. Enumerable.Range(0, FeatureCount).Select(feature => Feature(kind, feature, random, noise))],
        };
    }

    private static float Feature(int kind, int feature, Random random, double noise) =>
        (float)((feature % 3 == kind ? 0.7 : 0.3) + (noise * ((2 * random.NextDouble()) - 1)));
}
