using Microsoft.ML.Adversarial.Settings;

namespace Microsoft.ML.Adversarial.Explanations;

/// <summary>The short names under which files know an attribution; the first is the one that is written.</summary>
/// <param name="names">Lower-case names, at least one.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class AttributionNameAttribute(params string[] names) : Attribute, IShortNames
{
    /// <summary>Lower-case names, the first the one that is written.</summary>
    public IReadOnlyList<string> Names { get; } = names;
}
