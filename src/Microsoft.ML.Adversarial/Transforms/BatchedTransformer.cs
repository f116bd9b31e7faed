using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// What the transformers of this library have in common: they add columns, compute them in batches when they are read, and can be saved.
/// Disposing a transformer, a chain or a prediction engine leaves networks alone: these may be shared, and are freed with their last user.
/// </summary>
public abstract class BatchedTransformer : ITransformer
{
    /// <summary>The largest batch: every cursor has buffers of this many rows.</summary>
    internal const int MaximumBatchSize = 65536;

    private protected BatchedTransformer()
    {
    }

    /// <summary>Rows computed together at most. Default 128.</summary>
    public int BatchSize { get; init; } = 128;

    /// <inheritdoc/>
    public bool IsRowToRowMapper => true;

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new BatchedRowMapper(inputSchema, Bind(inputSchema)).OutputSchema;
    }

    /// <inheritdoc/>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new BatchedDataView(input, Bind(input.Schema), BatchSize);
    }

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new BatchedRowMapper(inputSchema, Bind(inputSchema));
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) => Save(ctx);

    /// <summary>Binds to the columns of one input schema, or throws for what does not fit.</summary>
    private protected abstract BatchMapper Bind(DataViewSchema inputSchema);

    private protected abstract void Save(ModelSaveContext context);
}
