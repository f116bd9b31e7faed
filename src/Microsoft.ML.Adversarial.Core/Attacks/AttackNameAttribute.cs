using Microsoft.ML.Adversarial.Settings;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>
/// The short names under which files and the command line know an attack, the first being the one that is written, and what lists of attacks
/// say of it.
/// </summary>
/// <param name="names">Lower-case names, at least one.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class AttackNameAttribute(params string[] names) : Attribute, IShortNames
{
    /// <summary>Lower-case names, the first the one that is written.</summary>
    public IReadOnlyList<string> Names { get; } = names;

    /// <summary>The norms that the attack works with, such as <c>L2</c> and <c>Linf</c>, the customary one first; none: any norm.</summary>
    public string[] Norms { get; init; } = [];

    /// <summary>Authors, year and address of the paper.</summary>
    public string Reference { get; init; } = "";
}
