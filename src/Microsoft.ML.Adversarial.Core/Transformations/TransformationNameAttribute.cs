using Microsoft.ML.Adversarial.Settings;

namespace Microsoft.ML.Adversarial.Transformations;

/// <summary>The short names under which files know a transformation; the first is the one that is written.</summary>
/// <param name="names">Lower-case names, at least one.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class TransformationNameAttribute(params string[] names) : Attribute, IShortNames
{
    /// <summary>Lower-case names, the first the one that is written.</summary>
    public IReadOnlyList<string> Names { get; } = names;
}
