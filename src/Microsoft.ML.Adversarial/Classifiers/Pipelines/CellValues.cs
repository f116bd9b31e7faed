using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Classifiers.Pipelines;

/// <summary>Values of cells that are no numbers, each with a number by which it is remembered; safe for all threads.</summary>
/// <typeparam name="T">What the column's getter gives.</typeparam>
internal sealed class CellValues<T>
{
    private readonly Lock _lock = new();
    private readonly Dictionary<object, int> _places = [];
    private readonly List<T> _values = [];

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _values.Count;
            }
        }
    }

    public T this[int place]
    {
        get
        {
            lock (_lock)
            {
                return place >= 0 && place < _values.Count
                    ? _values[place]
                    : throw new InvalidOperationException($"Expected the number of a value from 0 to {_values.Count - 1}, got {place}: take inputs from Encode.");
            }
        }
    }

    /// <summary>The number of a value, a new one where it has none.</summary>
    public int Add(T value)
    {
        lock (_lock)
        {
            var key = Key(value);
            if (!_places.TryGetValue(key, out var place))
            {
                place = _places[key] = _values.Count;
                _values.Add(Copy(value));
            }

            return place;
        }
    }

    /// <summary>The number of a value, or −1 where it has none.</summary>
    public int Find(T value)
    {
        lock (_lock)
        {
            return _places.TryGetValue(Key(value), out var place) ? place : -1;
        }
    }

    public static string Text(T value) => value switch
    {
        ReadOnlyMemory<char> text => text.ToString(),
        VBuffer<ReadOnlyMemory<char>> texts => string.Join('\u001f', texts.DenseValues()),
        _ => FormattableString.Invariant($"{value}"),
    };

    // Memory of the cursor's is written over with the next row.
    private static T Copy(T value) => value switch
    {
        ReadOnlyMemory<char> text => (T)(object)text.ToString().AsMemory(),
        VBuffer<ReadOnlyMemory<char>> texts => (T)(object)new VBuffer<ReadOnlyMemory<char>>(
            texts.Length, [.. texts.DenseValues().Select(text => text.ToString().AsMemory())]),
        _ => value,
    };

    private static object Key(T value) => value is ReadOnlyMemory<char> or VBuffer<ReadOnlyMemory<char>> ? Text(value) : value!;
}
