namespace Microsoft.ML.Adversarial.Settings;

/// <summary>The kinds of <typeparamref name="T"/> in this assembly that files and the command line know by short names.</summary>
/// <typeparam name="T">What they derive from.</typeparam>
/// <param name="kind">What one is called in errors, such as <c>attack</c>.</param>
internal sealed class NamedTypes<T>(string kind)
{
    private readonly Dictionary<string, Type> _types = (
        from type in typeof(T).Assembly.GetTypes()
        where typeof(T).IsAssignableFrom(type)
        from name in NamesOf(type)
        select (name, type)).ToDictionary(pair => pair.name, pair => pair.type, StringComparer.OrdinalIgnoreCase);

    /// <summary>The first name of each type, in alphabetical order.</summary>
    public IReadOnlyList<string> Names => [.. _types.Values.Distinct().Select(type => NamesOf(type)[0]).Order(StringComparer.Ordinal)];

    /// <summary>The type with this name; the case does not matter.</summary>
    public Type Find(string name) => _types.TryGetValue(name, out var type)
        ? type
        : throw new ArgumentException($"Unknown {kind} '{name}': expected one of {string.Join(", ", Names)}.");

    /// <summary>The name that is written for a value.</summary>
    /// <exception cref="NotSupportedException">Its type has no short name in this assembly.</exception>
    public string NameOf(T value) => _types.ContainsValue(value!.GetType())
        ? NamesOf(value.GetType())[0]
        : throw new NotSupportedException(
            $"{value.GetType().Name} cannot be written to a file: expected {("aeiou".Contains(kind[0]) ? "an" : "a")} {kind} of this library with a short name, one of {string.Join(", ", Names)}.");

    /// <summary>All names of the type, the one that is written first.</summary>
    public IReadOnlyList<string> NamesOf(string name) => NamesOf(Find(name));

    private static IReadOnlyList<string> NamesOf(Type type) =>
        type.GetCustomAttributes(inherit: false).OfType<IShortNames>().SingleOrDefault()?.Names ?? [];
}
