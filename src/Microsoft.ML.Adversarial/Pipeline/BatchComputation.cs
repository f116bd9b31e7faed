namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>
/// The buffers of one cursor: rows are read into slots, computed together, and copied out one by one. It is called in the order
/// Read(0), …, Read(n - 1), then Compute(n) once, or never if nobody asks, then getters in the order of the slots; then Read(0)
/// of the next batch. Whatever it throws surfaces at the getters of the rows concerned, never at a row that came before.
/// </summary>
internal abstract class BatchComputation : IDisposable
{
    /// <summary>Copies the cells of the current input row into <paramref name="slot"/>.</summary>
    /// <param name="slot">From 0 to the capacity less one.</param>
    /// <param name="position">The position of the row in its cursor, to name it in errors.</param>
    public abstract void Read(int slot, long position);

    /// <summary>Fills the output buffers for the slots 0 to <paramref name="count"/> - 1.</summary>
    public abstract void Compute(int count);

    /// <summary>A <see cref="ValueGetter{TValue}"/> of the column's raw type that copies the value of a slot out.</summary>
    /// <param name="output">Index into <see cref="BatchMapper.OutputColumns"/>.</param>
    /// <param name="slot">
    /// Returns the slot of the current row, after computing its batch if that has not happened yet: call it once in each call of
    /// the getter, before looking into the output buffers.
    /// </param>
    public abstract Delegate CreateGetter(int output, Func<int> slot);

    public virtual void Dispose()
    {
    }
}
