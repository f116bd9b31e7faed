namespace Microsoft.ML.Adversarial.Classifiers.Pipelines;

/// <summary>A column that a chain reads, as features: how its cells become numbers and the other way round.</summary>
/// <param name="column">The column, of the schema that the chain reads.</param>
/// <param name="first">The place of its first feature.</param>
/// <param name="length">How many features it takes.</param>
internal abstract class InputColumn(DataViewSchema.Column column, int first, int length)
{
    public DataViewSchema.Column Column { get; } = column;

    public int First { get; } = first;

    public int Length { get; } = length;

    /// <summary>The shape of a cell, whose features are in row-major order.</summary>
    public virtual IReadOnlyList<long> Shape => [Length];

    /// <summary>What its features are.</summary>
    public abstract IEnumerable<PipelineFeature> Features { get; }

    /// <summary>Gives a function that writes the features of the row that the cursor is on into their place among the row's features.</summary>
    /// <param name="row">A row with this column.</param>
    /// <param name="column">The column in that row's schema.</param>
    public abstract Action<Span<float>> CreateReader(DataViewRow row, DataViewSchema.Column column);

    /// <summary>Gives the getter of the cell that the features at hand stand for.</summary>
    public abstract Delegate CreateGetter(FeatureRows rows);
}
