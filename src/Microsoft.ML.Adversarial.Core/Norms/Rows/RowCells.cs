using System.Numerics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Norms.Rows;

/// <summary>A tensor's values in main memory, row by row.</summary>
/// <typeparam name="T">The tensor's element type.</typeparam>
internal readonly ref struct RowCells<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Span<T> _cells;
    private readonly int _features;

    /// <param name="values">Shape [N, …], contiguous, in main memory.</param>
    public RowCells(Tensor values)
    {
        _cells = MemoryMarshal.Cast<byte, T>(values.bytes);
        _features = (int)(values.numel() / values.shape[0]);
    }

    public Span<T> this[int row] => _cells.Slice(row * _features, _features);
}
