using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>
/// The rows that a method still works on, at the front of a few tensors in main memory that hold one row each. A row that is done leaves by
/// changing places with the last one, which costs no more than a copy of it.
/// </summary>
/// <typeparam name="T">Element type of the tensors.</typeparam>
/// <typeparam name="TRow">What is known of a row besides.</typeparam>
internal sealed class RowBlock<T, TRow>
    where T : unmanaged
{
    private readonly TRow[] _rows;
    private readonly List<Tensor> _tensors = [];
    private readonly int _features;

    /// <param name="rows">What is known of each row, in the order of the tensors.</param>
    /// <param name="features">Values per row.</param>
    public RowBlock(IEnumerable<TRow> rows, int features)
    {
        _rows = [.. rows];
        _features = features;
        Count = _rows.Length;
    }

    /// <summary>How many rows are left.</summary>
    public int Count { get; private set; }

    /// <summary>What is known of the rows that are left.</summary>
    public ReadOnlySpan<TRow> Rows => _rows.AsSpan(0, Count);

    /// <summary>Takes a copy of a tensor into the block.</summary>
    /// <param name="values">Shape [rows, …].</param>
    /// <returns>The copy, in main memory.</returns>
    public Tensor Add(Tensor values)
    {
        var copy = InMainMemory(values).clone();
        _tensors.Add(copy);
        return copy;
    }

    /// <summary>The values in main memory, in the block's element type; the tensor itself if it is like that already.</summary>
    public static Tensor InMainMemory(Tensor values) => values.to(typeof(T) == typeof(double) ? ScalarType.Float64 : ScalarType.Float32, CPU).contiguous();

    /// <summary>The places of the rows that are left in what the block was made of, shape [Count], Int64.</summary>
    /// <param name="place">A row's place.</param>
    public Tensor Places(Func<TRow, long> place) => tensor([.. _rows.Take(Count).Select(place)]);

    /// <summary>The values of a tensor of main memory, row after row.</summary>
    public static Span<T> Cells(Tensor tensor) => MemoryMarshal.Cast<byte, T>(tensor.bytes);

    /// <summary>One row of the values.</summary>
    public Span<T> Row(Span<T> cells, int slot) => cells.Slice(slot * _features, _features);

    /// <inheritdoc cref="Row(Span{T}, int)"/>
    public ReadOnlySpan<T> Row(ReadOnlySpan<T> cells, int slot) => cells.Slice(slot * _features, _features);

    /// <summary>Gives a row's place to the last one. Rows before it keep theirs.</summary>
    /// <param name="slot">The row.</param>
    /// <param name="beside">Values of the rows that are not in the block.</param>
    public void Remove(int slot, Span<T> beside = default)
    {
        Count--;
        (_rows[slot], _rows[Count]) = (_rows[Count], _rows[slot]);
        foreach (var tensor in _tensors)
        {
            MoveLast(Cells(tensor), slot);
        }

        if (!beside.IsEmpty)
        {
            MoveLast(beside, slot);
        }
    }

    private void MoveLast(Span<T> cells, int slot) => Row(cells, Count).CopyTo(Row(cells, slot));
}
