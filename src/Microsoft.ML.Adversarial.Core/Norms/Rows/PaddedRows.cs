using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Adversarial.Norms.Rows;

/// <summary>
/// Rows of values in main memory, each filled up with zeros to whole vectors. What is done row by row stays in the processor's first cache: as
/// operations on whole tensors, the same arithmetic around a small network's gradient costs as much as half of it.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
internal sealed class PaddedRows<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _features;
    private readonly int _stride;
    private readonly Vector512<T>[] _vectors;

    /// <summary>Rows of zeros.</summary>
    public PaddedRows(int rows, int features)
    {
        _features = features;
        _stride = (features + Vector512<T>.Count - 1) / Vector512<T>.Count;
        _vectors = new Vector512<T>[rows * _stride];
    }

    public Span<Vector512<T>> this[int row] => _vectors.AsSpan(row * _stride, _stride);

    /// <summary>The values of a row.</summary>
    public Span<T> Values(int row) => MemoryMarshal.Cast<Vector512<T>, T>(this[row])[.._features];

    /// <summary>Moves some of the rows to the front.</summary>
    /// <param name="rows">Theirs, ascending.</param>
    public void MoveToFront(ReadOnlySpan<int> rows)
    {
        for (var row = 0; row < rows.Length; row++)
        {
            this[rows[row]].CopyTo(this[row]);
        }
    }
}
