namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>One of several values.</summary>
public sealed record ChoiceOption : SearchOption
{
    /// <summary>One of several values.</summary>
    /// <param name="name">What the candidate asks for it by.</param>
    /// <param name="values">
    /// At least one, all different: texts, whole numbers, numbers or Booleans. Other things are chosen by a text that the candidate understands.
    /// </param>
    /// <exception cref="ArgumentException">There are no values, or two alike, or one of another type.</exception>
    public ChoiceOption(string name, params IReadOnlyList<object> values)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count == 0 || values.Distinct().Count() < values.Count)
        {
            throw new ArgumentException(
                $"Option '{name}': expected values that are all different, got {(values.Count == 0 ? "none" : string.Join(", ", values))}.");
        }

        if (values.FirstOrDefault(value => value is not (string or int or double or bool)) is { } other)
        {
            throw new ArgumentException(
                $"Option '{name}': expected texts, whole numbers, numbers or Booleans, got {other.GetType().Name}. "
                + "Choose by a text that the candidate understands.");
        }

        Values = [.. values];
    }

    /// <summary>The values.</summary>
    public IReadOnlyList<object> Values { get; }

    /// <summary>Whether it is the same choice.</summary>
    public bool Equals(ChoiceOption? other) => other is not null && Name == other.Name && Values.SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Values.Count);

    internal override object At(double place) => Values[(int)(place * Values.Count)];

    internal override IReadOnlyList<object> Spread(int points) => Values;
}
