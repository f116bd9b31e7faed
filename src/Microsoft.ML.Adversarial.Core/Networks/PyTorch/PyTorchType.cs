using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.PyTorch;

/// <summary>A kind of storage: its name in the pickle, its type here, and the size of an element in bytes.</summary>
internal sealed record PyTorchType(string Name, ScalarType Type, int Size)
{
    public static readonly IReadOnlyList<PyTorchType> All =
    [
        new("torch.DoubleStorage", ScalarType.Float64, 8),
        new("torch.FloatStorage", ScalarType.Float32, 4),
        new("torch.HalfStorage", ScalarType.Float16, 2),
        new("torch.BFloat16Storage", ScalarType.BFloat16, 2),
        new("torch.LongStorage", ScalarType.Int64, 8),
        new("torch.IntStorage", ScalarType.Int32, 4),
        new("torch.ShortStorage", ScalarType.Int16, 2),
        new("torch.CharStorage", ScalarType.Int8, 1),
        new("torch.ByteStorage", ScalarType.Byte, 1),
        new("torch.BoolStorage", ScalarType.Bool, 1),
    ];
}
