using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Adversarial.Attacks.Constraints;
using Microsoft.ML.Adversarial.Norms.Rows;
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
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<PaddedRows<T>> _blocks = [];
    private readonly PaddedRows<T> _gradient;
    private readonly BudgetUnits _units;
    private readonly Tensor _cells;
    private readonly Tensor _like;
    private Tensor _leaf;
    private int _count;

    /// <param name="starts">Where the rows begin, shape [M, …].</param>
    /// <param name="originals">Where their penalties are 0, in the same shape.</param>
    /// <param name="units">What rows are measured in: the units of each feature's budget.</param>
    protected DescentRows(Tensor starts, Tensor originals, BudgetUnits units)
    {
        _count = (int)starts.shape[0];
        Features = (int)(starts.numel() / _count);
        (_like, _units) = (originals, units);
        _cells = units.Of(starts).to(ElementType, CPU, copy: true).contiguous();
        _gradient = new(1, Features);
        Originals = Block(units.Of(originals));
        Positions = Block(_cells);
        _leaf = Leaf();
    }

    public sealed override Tensor Inputs => _leaf;

    protected int Features { get; }

    protected PaddedRows<T> Originals { get; }

    /// <summary>Where the rows are.</summary>
    protected PaddedRows<T> Positions { get; }

    /// <summary>Numbers of the rows, one per feature, 0 at first, that leave with their row.</summary>
    protected PaddedRows<T> Block()
    {
        _blocks.Add(new(_count, Features));
        return _blocks[^1];
    }

    /// <summary>The same, with the values of a tensor of the inputs' shape.</summary>
    protected PaddedRows<T> Block(Tensor values)
    {
        var block = Block();
        Fill(block, values);
        return block;
    }

    /// <summary>One number for each row, that leaves with it.</summary>
    /// <param name="values">Shape [M]; null: 0 at first.</param>
    protected PaddedRows<T> Numbers(Tensor? values = null)
    {
        _blocks.Add(new(_count, 1));
        if (values is not null)
        {
            Fill(_blocks[^1], values);
        }

        return _blocks[^1];
    }

    /// <summary>Takes note of the D and the size of a row.</summary>
    protected abstract void Measure(int row);

    /// <summary>Measures all rows where they begin: the last thing that a constructor does.</summary>
    protected void MeasureAll()
    {
        for (var row = 0; row < _count; row++)
        {
            Measure(row);
        }
    }

    /// <summary>Moves a row by its gradient, which may be written to.</summary>
    protected abstract void Move(int row, Span<Vector512<T>> gradient, int iteration, double rate);

    public sealed override void Move(Tensor gradient, int iteration, double rate)
    {
        using var scope = NewDisposeScope();
        var slopes = Cells(Slopes(gradient).to(ElementType, CPU).contiguous());
        var cells = Cells(_cells);
        for (var row = 0; row < _count; row++)
        {
            slopes.Slice(row * Features, Features).CopyTo(_gradient.Values(0));
            Move(row, _gradient[0], iteration, rate);
            _units.Restrict_(Positions.Values(row), Originals.Values(row));
            Measure(row);
            Positions.Values(row).CopyTo(cells.Slice(row * Features, Features));
        }

        CopyToLeaf();
    }

    public sealed override void Keep(ReadOnlySpan<int> slots)
    {
        foreach (var block in _blocks)
        {
            block.MoveToFront(slots);
        }

        _count = slots.Length;
        var cells = Cells(_cells);
        for (var row = 0; row < _count; row++)
        {
            Positions.Values(row).CopyTo(cells.Slice(row * Features, Features));
        }

        _leaf.Dispose();
        _leaf = Leaf().MoveToOuterDisposeScope();
    }

    // Gradients of what is to shrink.
    private Tensor Slopes(Tensor gradient)
    {
        if (_units.ArePlain)
        {
            return gradient;
        }

        var originals = empty_like(_cells.narrow(0, 0, _count));
        for (var row = 0; row < _count; row++)
        {
            Originals.Values(row).CopyTo(Cells(originals).Slice(row * Features, Features));
        }

        return _units.Slopes(gradient.neg(), _leaf, _units.Undo(originals.to(_like.dtype, _like.device))).neg();
    }

    private static ScalarType ElementType => typeof(T) == typeof(double) ? ScalarType.Float64 : ScalarType.Float32;

    private static Span<T> Cells(Tensor tensor) => MemoryMarshal.Cast<byte, T>(tensor.bytes);

    private void Fill(PaddedRows<T> block, Tensor values)
    {
        using var scope = NewDisposeScope();
        var cells = Cells(values.to(ElementType, CPU).contiguous());
        var width = cells.Length / _count;
        for (var row = 0; row < _count; row++)
        {
            cells.Slice(row * width, width).CopyTo(block.Values(row));
        }
    }

    // In main memory the leaf is the cells themselves; elsewhere it is a copy.
    private Tensor Leaf()
    {
        using var front = _cells.narrow(0, 0, _count);
        return _units.Undo(front.to(_like.dtype, _like.device)).detach().requires_grad_();
    }

    private void CopyToLeaf()
    {
        if (!_units.ArePlain || _like.dtype != ElementType || _like.device_type != TorchSharp.DeviceType.CPU)
        {
            using var scope = NewDisposeScope();
            _leaf.copy_(_units.Undo(_cells.narrow(0, 0, _count).to(_like.dtype, _like.device)));
        }
    }
}
