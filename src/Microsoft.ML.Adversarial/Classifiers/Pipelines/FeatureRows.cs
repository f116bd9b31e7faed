namespace Microsoft.ML.Adversarial.Classifiers.Pipelines;

/// <summary>Rows of features, one after the other in memory, and the place of the row at hand.</summary>
/// <param name="values">The features of all rows.</param>
/// <param name="width">Features per row.</param>
internal sealed class FeatureRows(float[] values, int width)
{
    public int Count { get; } = width == 0 ? 0 : values.Length / width;

    public int Position { get; set; } = -1;

    public ReadOnlySpan<float> Current => Position >= 0
        ? values.AsSpan(Position * width, width)
        : throw new InvalidOperationException(
            "Expected the cursor to be on a row, got one before the first or past the last; call getters after MoveNext returned true.");
}
