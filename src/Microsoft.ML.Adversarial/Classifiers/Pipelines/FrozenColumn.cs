namespace Microsoft.ML.Adversarial.Classifiers.Pipelines;

/// <summary>A column whose cells stay as they are: one feature, the number of the cell's value.</summary>
/// <typeparam name="T">What the column's getter gives.</typeparam>
internal sealed class FrozenColumn<T>(DataViewSchema.Column column, int first) : InputColumn(column, first, 1)
{
    private readonly CellValues<T> _values = new();

    public override IEnumerable<PipelineFeature> Features => [new(Column.Name, null, Column.Name, PipelineFeatureKind.Frozen)];

    public override Action<Span<float>> CreateReader(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<T>(column);
        T cell = default!;
        return features =>
        {
            getter(ref cell);
            features[First] = _values.Add(cell);
        };
    }

    public override Delegate CreateGetter(FeatureRows rows) => (ValueGetter<T>)((ref T value) => value = _values[(int)rows.Current[First]]);
}
