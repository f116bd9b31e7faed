using Microsoft.ML.Adversarial.Settings;

namespace Microsoft.ML.Adversarial.Transformations;

/// <summary>
/// A transformation as text: its short name and the settings that differ from their defaults. Every transformation of this assembly with a
/// <see cref="TransformationNameAttribute"/> is known.
/// </summary>
/// <param name="Name">Short name, such as <c>jpeg</c>; the case does not matter.</param>
/// <param name="Settings">Setting names and values in invariant culture; the case of names does not matter.</param>
public sealed record TransformationDescription(string Name, IReadOnlyDictionary<string, string> Settings)
{
    private static readonly NamedSettings<InputTransformation> Transformations = new("transformation");

    /// <summary>The names of all transformations, one each, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } = Transformations.Names;

    /// <summary>Describes a transformation.</summary>
    public static TransformationDescription Of(InputTransformation transformation)
    {
        var (name, settings) = Transformations.Write(transformation);
        return new(name, settings);
    }

    /// <summary>Makes the transformation that is described.</summary>
    /// <exception cref="ArgumentException">
    /// The name or a setting is unknown, or a value is out of its range; says what is known.
    /// </exception>
    public InputTransformation Create() => Transformations.Read(Name, Settings);
}
