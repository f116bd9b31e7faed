using Microsoft.ML.Data;

namespace Defences;

/// <summary>An image of any size, and its label; the schema says how many features and classes there are.</summary>
internal sealed class ImageRow
{
    [VectorType]
    public float[] Features { get; set; } = [];

    [KeyType(uint.MaxValue)]
    public uint Label { get; set; }
}
