namespace Microsoft.ML.Adversarial.Classifiers.Pipelines;

/// <summary>A column of categories that may change: a feature per value, 1 for the cell's and 0 for the others.</summary>
/// <typeparam name="T">What the column's getter gives.</typeparam>
/// <param name="column">The column.</param>
/// <param name="first">The place of its first feature.</param>
/// <param name="values">The values it may take.</param>
/// <param name="names">What these are called.</param>
internal sealed class CategoryColumn<T>(DataViewSchema.Column column, int first, CellValues<T> values, IReadOnlyList<string> names)
    : InputColumn(column, first, names.Count)
{
    public override IEnumerable<PipelineFeature> Features =>
        names.Select((name, slot) => new PipelineFeature(Column.Name, slot, $"{Column.Name}={name}", PipelineFeatureKind.Category));

    public override Action<Span<float>> CreateReader(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<T>(column);
        T cell = default!;
        return features =>
        {
            getter(ref cell);
            var place = values.Find(cell);
            var slots = features.Slice(First, Length);
            slots.Clear();
            slots[place >= 0
                ? place
                : throw new InvalidOperationException(
                    $"Row {row.Position}, column '{Column.Name}': expected one of {string.Join(", ", names.Take(20))}, the values of the rows that the classifier was made with, got '{CellValues<T>.Text(cell)}'. Make it with rows that have this value, or leave the column out of {nameof(PipelineClassifierOptions.CategoryColumns)}.")] = 1;
        };
    }

    public override Delegate CreateGetter(FeatureRows rows) => (ValueGetter<T>)((ref T value) => value = values[Largest(rows.Current.Slice(First, Length))]);

    // Attacks look between valid inputs: there the cell is of the category that the features say most.
    private static int Largest(ReadOnlySpan<float> features)
    {
        var largest = 0;
        for (var place = 1; place < features.Length; place++)
        {
            largest = features[place] > features[largest] ? place : largest;
        }

        return largest;
    }
}
