namespace Microsoft.ML.Adversarial.Classifiers.Pipelines;

/// <summary>Rows of features, one after the other in memory, and the place of the row at hand with the objects that were made for it.</summary>
/// <param name="values">The features of all rows.</param>
/// <param name="width">Features per row.</param>
/// <param name="ownsObjects">Whether objects end with their row; else whoever reads them owns them.</param>
internal sealed class FeatureRows(float[] values, int width, bool ownsObjects) : IDisposable
{
    private readonly List<IDisposable> _objects = [];
    private int _position = -1;

    public int Count { get; } = width == 0 ? 0 : values.Length / width;

    public int Position
    {
        get => _position;
        set
        {
            Dispose();
            _position = value;
        }
    }

    public ReadOnlySpan<float> Current => Position >= 0
        ? values.AsSpan(Position * width, width)
        : throw new InvalidOperationException(
            "Expected the cursor to be on a row, got one before the first or past the last; call getters after MoveNext returned true.");

    /// <summary>Gives out an object that was made for the row at hand.</summary>
    public T Give<T>(T made)
        where T : IDisposable
    {
        if (ownsObjects)
        {
            _objects.Add(made);
        }

        return made;
    }

    /// <summary>Ends the objects of the row at hand.</summary>
    public void Dispose()
    {
        _objects.ForEach(made => made.Dispose());
        _objects.Clear();
    }
}
