namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>
/// What a transformer computes from a row, bound to one input schema. <see cref="BatchedDataView"/> and
/// <see cref="BatchedRowMapper"/> turn it into columns; nothing else of a transformer deals with rows.
/// </summary>
internal abstract class BatchMapper
{
    /// <summary>The columns of the bound input schema that a computation reads, whichever outputs are wanted.</summary>
    public abstract IReadOnlyList<DataViewSchema.Column> InputColumns { get; }

    /// <summary>The columns that are added, in the order in which they follow those of the input schema.</summary>
    public abstract IReadOnlyList<DataViewSchema.DetachedColumn> OutputColumns { get; }

    /// <summary>
    /// Called once per cursor or row. Cursors run on different threads at the same time: what computations share (weights) must
    /// be safe to read concurrently, what they write (buffers) belongs to each.
    /// </summary>
    /// <param name="input">
    /// The row to read, in which <see cref="InputColumns"/> are active. Take getters with <c>input.Schema[column.Index]</c>, and
    /// <c>input.GetIdGetter()</c> where the result depends on which row it is (random draws do).
    /// </param>
    /// <param name="activeOutputs">Which of <see cref="OutputColumns"/> are wanted; at least one is.</param>
    /// <param name="capacity">The largest count that <see cref="BatchComputation.Compute"/> will be given.</param>
    public abstract BatchComputation CreateComputation(DataViewRow input, bool[] activeOutputs, int capacity);
}
