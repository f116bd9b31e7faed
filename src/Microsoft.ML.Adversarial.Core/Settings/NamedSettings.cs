namespace Microsoft.ML.Adversarial.Settings;

/// <summary>
/// Values that are nothing but their settings, as text and back: every kind of <typeparamref name="T"/> in this assembly with a short name and
/// a parameterless constructor.
/// </summary>
/// <typeparam name="T">What they derive from.</typeparam>
/// <param name="kind">What one is called in errors, such as <c>detector</c>.</param>
internal sealed class NamedSettings<T>(string kind)
    where T : class
{
    private readonly NamedTypes<T> _types = new(kind);

    /// <summary>The first name of each kind, in alphabetical order.</summary>
    public IReadOnlyList<string> Names => _types.Names;

    /// <summary>All names of a kind, and its type.</summary>
    public (IReadOnlyList<string> Names, Type Type) About(string name) => (_types.NamesOf(name), _types.Find(name));

    /// <summary>What can be set on a kind, in alphabetical order.</summary>
    public IReadOnlyList<NamedSetting> SettingsOf(string name) =>
        [.. SettingText.Of(_types.Find(name)).Select(setting => NamedSetting.Of(setting, kind, () => Construct(_types.Find(name))))];

    /// <summary>The name of a value, and the settings that differ from their defaults.</summary>
    /// <exception cref="NotSupportedException">Its type has no short name in this assembly.</exception>
    public (string Name, IReadOnlyDictionary<string, string> Settings) Write(T value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return (_types.NameOf(value), SettingText.Differences(value, Construct(value.GetType())));
    }

    /// <summary>The value with this name and these settings.</summary>
    /// <exception cref="ArgumentException">The name or a setting is unknown, or a value is out of its range; says what is known.</exception>
    public T Read(string name, IReadOnlyDictionary<string, string> settings)
    {
        if (settings.Values.Any(text => text is null))
        {
            throw new ArgumentException($"Expected a text for each setting of the {kind}, got none.");
        }

        var value = Construct(_types.Find(name));
        SettingText.Apply(value, $"{char.ToUpperInvariant(kind[0])}{kind[1..]} '{name}'", settings);
        return value;
    }

    private static T Construct(Type type) => SettingText.Unwrapped(() => (T)Activator.CreateInstance(type)!);
}
