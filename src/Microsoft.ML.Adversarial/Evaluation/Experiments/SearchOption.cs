namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>The values that one option of a candidate may take.</summary>
/// <param name="Name">What the candidate asks for it by.</param>
public abstract record SearchOption(string Name)
{
    /// <summary>What the candidate asks for it by.</summary>
    public string Name { get; } = !string.IsNullOrWhiteSpace(Name) ? Name : throw new ArgumentException("Expected a name, got none.", nameof(Name));

    /// <summary>The value at a place of the range.</summary>
    /// <param name="place">From 0 up to but not 1.</param>
    internal abstract object At(double place);

    /// <summary>Values spread over the whole range, each once, in rising order where they have one.</summary>
    /// <param name="points">How many where there are more, at least 2.</param>
    internal abstract IReadOnlyList<object> Spread(int points);

    private protected static T RequireAbove<T>(T value, T minimum, string name)
        where T : IComparable<T> =>
        value.CompareTo(minimum) > 0
            ? value
            : throw new ArgumentException($"Option '{name}': expected a maximum above the minimum {minimum}, got {value}.");
}
