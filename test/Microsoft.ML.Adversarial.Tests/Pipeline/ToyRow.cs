using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Pipeline;

internal sealed class ToyRow
{
    public float Id { get; set; }

    public string Name { get; set; } = "";

    [VectorType(3)]
    public float[] Features { get; set; } = [];

    public float ExpectedSum => Id + 2;

    /// <summary>Features (id, 0.5, 1.5).</summary>
    public static ToyRow Create(int id) => new() { Id = id, Name = $"row {id}", Features = [id, 0.5f, 1.5f] };

    public static ToyRow[] CreateMany(int count) => [.. Enumerable.Range(0, count).Select(Create)];
}

internal sealed class ToyPrediction
{
    public float Id { get; set; }

    public float Sum { get; set; }

    public float[] Doubled { get; set; } = [];
}
