using System.Runtime.InteropServices;
using Microsoft.ML.Adversarial.Attacks.Constraints;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm;

/// <summary>
/// The rows that a descent still works on, at the front of blocks of main memory, and how they move. On small networks the arithmetic between
/// two gradients is a third of the work as tensor operations; in one pass over memory it is a tenth.
/// </summary>
internal abstract class DescentRows
{
    /// <summary>Where the rows are, shape [M, …]: a leaf that requires a gradient.</summary>
    public abstract Tensor Inputs { get; }

    /// <summary>D, what a row pays for where it is.</summary>
    public abstract double Penalty(int row);

    /// <summary>By which the smallest found of a row is chosen.</summary>
    public abstract double Size(int row);

    /// <summary>Takes one step down c·f + D.</summary>
    /// <param name="gradient">Of c·f, shape [M, …].</param>
    /// <param name="iteration">From 0.</param>
    /// <param name="rate">Length of the step, for features in [0, 1].</param>
    public abstract void Move(Tensor gradient, int iteration, double rate);

    /// <summary>Goes on with some of the rows.</summary>
    /// <param name="slots">Theirs, ascending.</param>
    public abstract void Keep(ReadOnlySpan<int> slots);
}

/// <inheritdoc/>
/// <typeparam name="T">Single or Double.</typeparam>
internal abstract class DescentRows<T> : DescentRows
    where T : unmanaged
{
    private readonly List<(T[] Cells, int PerRow)> _blocks = [];
    private readonly Tensor _positions;
    private readonly Tensor _like;
    private Tensor _leaf;

    /// <param name="starts">Where the rows begin, shape [M, …].</param>
    /// <param name="originals">Where their penalties are 0, in the same shape.</param>
    /// <param name="units">What rows are measured in.</param>
    protected DescentRows(Tensor starts, Tensor originals, BudgetUnits units)
    {
        Count = (int)starts.shape[0];
        Features = (int)(starts.numel() / Count);
        (_like, Units) = (originals, units);
        _positions = units.Of(starts).to(ElementType, CPU, copy: true).contiguous();
        Originals = Block(Features);
        Values(units.Of(originals)).CopyTo(Originals);
        _leaf = Leaf();
    }

    public sealed override Tensor Inputs => _leaf;

    protected int Count { get; private set; }

    protected int Features { get; }

    /// <summary>The units that rows are in: those of each feature's budget.</summary>
    protected BudgetUnits Units { get; }

    protected T[] Originals { get; }

    /// <summary>Where the rows are.</summary>
    protected Span<T> Positions => Cells(_positions)[..(Count * Features)];

    /// <summary>Numbers of the rows, 0 at first, that leave with their row.</summary>
    /// <param name="perRow">How many.</param>
    protected T[] Block(int perRow)
    {
        var block = new T[Count * perRow];
        _blocks.Add((block, perRow));
        return block;
    }

    /// <summary>The part of a block that belongs to a row.</summary>
    protected Span<T> Row(Span<T> block, int row) => block.Slice(row * Features, Features);

    /// <summary>Takes note of the D and the size of a row.</summary>
    protected abstract void Measure(int row, ReadOnlySpan<T> position);

    /// <summary>Measures all rows where they begin: the last thing that a constructor does.</summary>
    protected void MeasureAll()
    {
        var positions = Positions;
        for (var row = 0; row < Count; row++)
        {
            Measure(row, Row(positions, row));
        }
    }

    /// <summary>Moves each row by its gradient; what it writes is where the row goes.</summary>
    protected abstract void Move(int row, Span<T> position, Span<T> gradient, int iteration, double rate);

    public sealed override void Move(Tensor gradient, int iteration, double rate)
    {
        using var scope = NewDisposeScope();
        var positions = Positions;
        var slopes = Values(Units.Slopes(gradient));
        for (var row = 0; row < Count; row++)
        {
            Move(row, Row(positions, row), Row(slopes, row), iteration, rate);
            Measure(row, Row(positions, row));
        }

        CopyToLeaf();
    }

    public sealed override void Keep(ReadOnlySpan<int> slots)
    {
        foreach (var (cells, perRow) in _blocks)
        {
            MoveToFront(cells, slots, perRow);
        }

        MoveToFront(Cells(_positions), slots, Features);
        Count = slots.Length;
        _leaf.Dispose();
        _leaf = Leaf().MoveToOuterDisposeScope();
    }

    private static void MoveToFront(Span<T> values, ReadOnlySpan<int> slots, int perRow)
    {
        for (var slot = 0; slot < slots.Length; slot++)
        {
            if (slots[slot] != slot)
            {
                values.Slice(slots[slot] * perRow, perRow).CopyTo(values.Slice(slot * perRow, perRow));
            }
        }
    }

    private static ScalarType ElementType => typeof(T) == typeof(double) ? ScalarType.Float64 : ScalarType.Float32;

    private static Span<T> Cells(Tensor tensor) => MemoryMarshal.Cast<byte, T>(tensor.bytes);

    protected static Span<T> Values(Tensor tensor) => Cells(tensor.to(ElementType, CPU).contiguous());

    // In main memory the leaf is the positions themselves; elsewhere it is a copy.
    private Tensor Leaf()
    {
        using var front = _positions.narrow(0, 0, Count);
        return Units.Undo(front.to(_like.dtype, _like.device)).detach().requires_grad_();
    }

    private void CopyToLeaf()
    {
        if (!Units.ArePlain || _like.dtype != ElementType || _like.device_type != TorchSharp.DeviceType.CPU)
        {
            using var scope = NewDisposeScope();
            _leaf.copy_(Units.Undo(_positions.narrow(0, 0, Count).to(_like.dtype, _like.device)));
        }
    }
}
