using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>
/// The cells of one passed-through column that the cursor has run ahead of. Each slot owns what it holds: the source is free to
/// reuse its memory as soon as it moves on.
/// </summary>
internal abstract class CellBuffer
{
    public static bool CanHold(DataViewSchema.Column column) => column.Type.RawType.IsValueType;

    public static CellBuffer Create(DataViewRow input, DataViewSchema.Column column, int capacity)
    {
        var create = typeof(CellBuffer).GetMethod(nameof(CreateTyped), BindingFlags.Static | BindingFlags.NonPublic)!;
        return create.MakeGenericMethod(column.Type.RawType)
            .CreateDelegate<Func<DataViewRow, DataViewSchema.Column, int, CellBuffer>>()(input, column, capacity);
    }

    /// <summary>Keeps the cell of the source's current row. A failure is kept too, for whoever asks for that cell.</summary>
    public abstract void Read(int slot);

    public abstract Delegate CreateGetter(Func<int> slot);

    private static CellBuffer CreateTyped<T>(DataViewRow input, DataViewSchema.Column column, int capacity) =>
        new CellBuffer<T>(input.GetGetter<T>(input.Schema[column.Index]), capacity);
}

/// <inheritdoc/>
internal sealed class CellBuffer<T>(ValueGetter<T> source, int capacity) : CellBuffer
{
    private readonly T[] _cells = new T[capacity];
    private readonly ExceptionDispatchInfo?[] _failures = new ExceptionDispatchInfo?[capacity];
    private readonly OwnedText.Owner<T>? _own = OwnedText.For<T>();
    private readonly VectorCopy.Copier<T>? _copy = VectorCopy.For<T>();

    public override void Read(int slot)
    {
        _failures[slot] = null;
        try
        {
            source(ref _cells[slot]);
            _own?.Invoke(ref _cells[slot]);
        }
        catch (Exception failure)
        {
            _failures[slot] = ExceptionDispatchInfo.Capture(failure);
        }
    }

    public override Delegate CreateGetter(Func<int> slot) => (ValueGetter<T>)((ref T value) =>
    {
        var current = slot();
        _failures[current]?.Throw();
        if (_copy is null)
            value = _cells[current];
        else
            _copy(in _cells[current], ref value);
    });
}
