using Microsoft.ML.Adversarial.Settings;

namespace Microsoft.ML.Adversarial.Explanations;

/// <summary>
/// An attribution as text: its short name and the settings that differ from their defaults. Every attribution of this assembly with an
/// <see cref="AttributionNameAttribute"/> is known.
/// </summary>
/// <param name="Name">Short name, such as <c>integrated-gradients</c>; the case does not matter.</param>
/// <param name="Settings">Setting names and values in invariant culture; the case of names does not matter.</param>
public sealed record AttributionDescription(string Name, IReadOnlyDictionary<string, string> Settings)
{
    private static readonly NamedSettings<GradientAttribution> Attributions = new("attribution");

    /// <summary>The names of all attributions, one each, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } = Attributions.Names;

    /// <summary>Describes an attribution.</summary>
    public static AttributionDescription Of(GradientAttribution attribution)
    {
        var (name, settings) = Attributions.Write(attribution);
        return new(name, settings);
    }

    /// <summary>Makes the attribution that is described.</summary>
    /// <exception cref="ArgumentException">
    /// The name or a setting is unknown, or a value is out of its range; says what is known.
    /// </exception>
    public GradientAttribution Create() => Attributions.Read(Name, Settings);
}
