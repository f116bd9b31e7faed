using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Adversarial.Attacks.Constraints;

/// <summary>Features of an input, by their indices in row-major order; written as <c>0-27,30</c>. Two sets of the same features are equal.</summary>
[CollectionBuilder(typeof(FeatureSet), nameof(Of))]
public sealed class FeatureSet : IReadOnlyList<int>, IEquatable<FeatureSet>
{
    private readonly int[] _features;

    private FeatureSet(IEnumerable<int> features)
    {
        _features = [.. features.Distinct().Order()];
        if (Count > 0)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(_features[0], nameof(features));
        }
    }

    /// <inheritdoc/>
    public int Count => _features.Length;

    /// <inheritdoc/>
    public int this[int index] => _features[index];

    /// <summary>These features.</summary>
    /// <param name="features">Indices, at least 0, in any order.</param>
    public static FeatureSet Of(params ReadOnlySpan<int> features) => new(features.ToArray());

    /// <summary>Consecutive features.</summary>
    /// <param name="first">Index of the first, at least 0.</param>
    /// <param name="count">How many, at least 0.</param>
    public static FeatureSet Range(int first, int count) => new(Enumerable.Range(first, count));

    /// <summary>The features where a mask is set.</summary>
    /// <param name="mask">One value per feature, in row-major order.</param>
    public static FeatureSet Where(IEnumerable<bool> mask) => new(mask.Index().Where(pair => pair.Item).Select(pair => pair.Index));

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <param name="text">Indices and ranges, such as <c>0-27,30</c>.</param>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static FeatureSet Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(text.Split(',').SelectMany(part => part.Split('-') switch
        {
            [var one] => Enumerable.Range(Index(one), 1),
            [var first, var last] when Index(first) <= Index(last) => Enumerable.Range(Index(first), Index(last) - Index(first) + 1),
            _ => throw Unreadable(),
        }));

        int Index(string digits) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : throw Unreadable();
        FormatException Unreadable() => new($"Expected features such as 0-27,30, got '{text}'.");
    }

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)_features).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(FeatureSet? other) => other is not null && _features.AsSpan().SequenceEqual(other._features);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FeatureSet);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The text that <see cref="Parse"/> reads; empty for no features.</summary>
    public override string ToString()
    {
        var ranges = new List<(int First, int Last)>();
        foreach (var feature in _features)
        {
            if (ranges.Count > 0 && ranges[^1].Last == feature - 1)
            {
                ranges[^1] = (ranges[^1].First, feature);
            }
            else
            {
                ranges.Add((feature, feature));
            }
        }

        return string.Join(',', ranges.Select(range => range.First == range.Last
            ? range.First.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{range.First}-{range.Last}")));
    }
}
