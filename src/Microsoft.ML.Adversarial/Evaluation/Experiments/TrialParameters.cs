using System.Globalization;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>The values of a candidate's options in one trial.</summary>
public sealed class TrialParameters : IEquatable<TrialParameters>
{
    internal TrialParameters(IReadOnlyList<KeyValuePair<string, object>> values) => Values = values;

    /// <summary>Of a candidate without options.</summary>
    public static TrialParameters None { get; } = new([]);

    /// <summary>The values by the options' names, in the order of the search space: <c>double</c>, <c>int</c>, <c>string</c> or <c>bool</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, object>> Values { get; }

    /// <summary>The value of a number; a whole number is one too.</summary>
    /// <exception cref="KeyNotFoundException">There is no such option.</exception>
    /// <exception cref="InvalidCastException">Its values are of another type.</exception>
    public double Number(string name) => this[name] is int whole ? whole : Of<double>(name);

    /// <summary>The value of a whole number.</summary>
    /// <inheritdoc cref="Number"/>
    public int WholeNumber(string name) => Of<int>(name);

    /// <summary>The text that was chosen.</summary>
    /// <inheritdoc cref="Number"/>
    public string Text(string name) => Of<string>(name);

    /// <summary>The Boolean that was chosen.</summary>
    /// <inheritdoc cref="Number"/>
    public bool Flag(string name) => Of<bool>(name);

    /// <summary>Whether all options have the same values.</summary>
    public bool Equals(TrialParameters? other) => other is not null && Values.SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TrialParameters);

    /// <inheritdoc/>
    public override int GetHashCode() => Values.Aggregate(0, (hash, value) => HashCode.Combine(hash, value));

    /// <summary>The values as text, exact to the last bit: <c>LearningRate=0.01, Epochs=5</c>.</summary>
    public override string ToString() => string.Join(", ", Values.Select(value => $"{value.Key}={TextOf(value.Value)}"));

    internal static string TextOf(object value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;

    private object this[string name] => Values.FirstOrDefault(value => value.Key == name).Value
        ?? throw new KeyNotFoundException(
            "Expected one of the candidate's options, "
            + $"{(Values.Count == 0 ? "of which there are none" : string.Join(", ", Values.Select(value => value.Key)))}, got '{name}'.");

    private T Of<T>(string name) => this[name] is var value && value is T of
        ? of
        : throw new InvalidCastException($"Option '{name}': its values are of type {value.GetType().Name}, and were asked for as {typeof(T).Name}.");
}
