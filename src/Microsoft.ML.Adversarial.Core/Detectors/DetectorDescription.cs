using Microsoft.ML.Adversarial.Settings;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// A detector as text: its short name and the settings that differ from their defaults. What it learnt is not part of it. Every detector
/// of this assembly with a <see cref="DetectorNameAttribute"/> is known.
/// </summary>
/// <param name="Name">Short name, such as <c>mahalanobis</c>; the case does not matter.</param>
/// <param name="Settings">Setting names and values in invariant culture; the case of names does not matter.</param>
public sealed record DetectorDescription(string Name, IReadOnlyDictionary<string, string> Settings)
{
    private static readonly NamedSettings<Detector> Detectors = new("detector");

    /// <summary>The names of all detectors, one each, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } = Detectors.Names;

    /// <summary>Describes a detector.</summary>
    /// <exception cref="NotSupportedException">
    /// The detector has no <see cref="DetectorNameAttribute"/>, or is of another assembly.
    /// </exception>
    public static DetectorDescription Of(Detector detector)
    {
        var (name, settings) = Detectors.Write(detector);
        return new(name, settings);
    }

    /// <summary>All names of a detector, and its type.</summary>
    internal static (IReadOnlyList<string> Names, Type Type) About(string name) => Detectors.About(name);

    /// <summary>What can be set on a detector, in alphabetical order.</summary>
    internal static IReadOnlyList<NamedSetting> SettingsOf(string name) => Detectors.SettingsOf(name);

    /// <summary>Makes the detector that is described.</summary>
    /// <exception cref="ArgumentException">
    /// The name or a setting is unknown, or a value is out of its range; says what is known.
    /// </exception>
    public Detector Create() => Detectors.Read(Name, Settings);
}
