using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks;

/// <summary>An element type of the format: its name there, its type here, and its size in bytes.</summary>
internal sealed record SafetensorsType(string Name, ScalarType Type, int Size)
{
    public static readonly IReadOnlyList<SafetensorsType> All =
    [
        new("F64", ScalarType.Float64, 8),
        new("F32", ScalarType.Float32, 4),
        new("F16", ScalarType.Float16, 2),
        new("BF16", ScalarType.BFloat16, 2),
        new("I64", ScalarType.Int64, 8),
        new("I32", ScalarType.Int32, 4),
        new("I16", ScalarType.Int16, 2),
        new("I8", ScalarType.Int8, 1),
        new("U8", ScalarType.Byte, 1),
        new("BOOL", ScalarType.Bool, 1),
    ];

    public static string Names => string.Join(", ", All.Select(type => type.Name));
}
