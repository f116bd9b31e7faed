namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>The options of a candidate and the values that each may take. Immutable: each call returns a larger space.</summary>
public sealed class SearchSpace
{
    private SearchSpace(IReadOnlyList<SearchOption> options) => Options = options;

    /// <summary>No options: one trial.</summary>
    public static SearchSpace Empty { get; } = new([]);

    /// <summary>The options, in the order in which they were added.</summary>
    public IReadOnlyList<SearchOption> Options { get; }

    /// <summary>Adds an option.</summary>
    /// <exception cref="ArgumentException">There is one of this name.</exception>
    public SearchSpace With(SearchOption option)
    {
        ArgumentNullException.ThrowIfNull(option);
        return Options.All(other => other.Name != option.Name)
            ? new([.. Options, option])
            : throw new ArgumentException($"Expected a name of its own for each option, got '{option.Name}' twice.", nameof(option));
    }

    /// <summary>Adds a number, all of a range alike.</summary>
    /// <param name="name">What the candidate asks for it by.</param>
    /// <param name="minimum">The smallest value, finite.</param>
    /// <param name="maximum">The largest value, finite and above the smallest.</param>
    public SearchSpace Uniform(string name, double minimum, double maximum) => With(new UniformOption(name, minimum, maximum));

    /// <summary>Adds a number whose order of magnitude is searched, such as a learning rate.</summary>
    /// <param name="name">What the candidate asks for it by.</param>
    /// <param name="minimum">The smallest value, above 0.</param>
    /// <param name="maximum">The largest value, finite and above the smallest.</param>
    public SearchSpace LogUniform(string name, double minimum, double maximum) => With(new LogUniformOption(name, minimum, maximum));

    /// <summary>Adds a whole number, all of a range alike.</summary>
    /// <param name="name">What the candidate asks for it by.</param>
    /// <param name="minimum">The smallest value.</param>
    /// <param name="maximum">The largest value, above the smallest, and a value itself.</param>
    public SearchSpace WholeNumber(string name, int minimum, int maximum) => With(new WholeNumberOption(name, minimum, maximum));

    /// <summary>Adds one of several values.</summary>
    /// <param name="name">What the candidate asks for it by.</param>
    /// <param name="values">At least one, all different: texts, whole numbers, numbers or Booleans.</param>
    public SearchSpace Choice(string name, params IReadOnlyList<object> values) => With(new ChoiceOption(name, values));

    internal TrialParameters At(Func<SearchOption, double> place) =>
        new([.. Options.Select(option => KeyValuePair.Create(option.Name, option.At(place(option))))]);
}
