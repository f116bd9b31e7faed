using System.Reflection;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Settings;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>
/// An attack as text: its short name, its threat model and the settings that differ from their defaults. Model files and the command line
/// write and read attacks this way. Every attack of this assembly with an <see cref="AttackNameAttribute"/> is known.
/// </summary>
/// <param name="Name">Short name, such as <c>pgd</c>; the case does not matter.</param>
/// <param name="Norm">Norm of the threat model, such as <c>Linf</c>.</param>
/// <param name="Epsilon">Budget in the units of the features.</param>
/// <param name="Settings">Setting names and values in invariant culture; the case of names does not matter.</param>
public sealed record AttackDescription(string Name, string Norm, double Epsilon, IReadOnlyDictionary<string, string> Settings)
{
    private static readonly NamedTypes<Attack> Types = new("attack");

    /// <summary>The names of all attacks, one each, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } = Types.Names;

    /// <summary>Describes an attack.</summary>
    /// <exception cref="NotSupportedException">The attack has no <see cref="AttackNameAttribute"/>.</exception>
    public static AttackDescription Of(Attack attack)
    {
        ArgumentNullException.ThrowIfNull(attack);
        var name = Types.NameOf(attack);
        var (norm, epsilon) = (attack.ThreatModel.Norm, attack.ThreatModel.Epsilon);
        return new(name, norm.Name, epsilon, SettingText.Differences(attack, Construct(attack.GetType(), norm, epsilon)));
    }

    /// <summary>Makes the attack that is described.</summary>
    /// <exception cref="ArgumentException">The name, the norm or a setting is unknown, or a value is out of its range; says what is known.</exception>
    public Attack Create()
    {
        var type = Types.Find(Name);
        var attack = Construct(type, ReadNorm(), Epsilon);
        SettingText.Apply(attack, $"Attack '{Name}'", Settings);
        return attack;
    }

    /// <summary>Whether an attack has a short name, so that it can be described.</summary>
    internal static bool IsNamed(Attack attack) => attack.GetType().GetCustomAttribute<AttackNameAttribute>() is not null;

    /// <summary>The norms that an attack works with; empty for any.</summary>
    internal static IReadOnlyList<string> NormsOf<TAttack>()
        where TAttack : Attack => typeof(TAttack).GetCustomAttribute<AttackNameAttribute>()?.Norms ?? [];

    /// <summary>All names of an attack, the one that is written first.</summary>
    internal static IReadOnlyList<string> NamesOf(string name) => Types.NamesOf(name);

    /// <summary>The attack's names, norms and paper.</summary>
    internal static AttackNameAttribute About(string name) => Types.Find(name).GetCustomAttribute<AttackNameAttribute>()!;

    /// <summary>The norm that an attack is used with unless another is given.</summary>
    internal static string CustomaryNorm(string name) => About(name).Norms.FirstOrDefault("Linf");

    /// <summary>Whether an attack looks for the smallest perturbation, so that ε may be infinite.</summary>
    internal static bool IsMinimumNorm(string name) => Types.Find(name).IsAssignableTo(typeof(IMinimumNormAttack));

    /// <summary>Whether an attack needs nothing but logits.</summary>
    internal static bool IsBlackBox(string name) => Types.Find(name).IsAssignableTo(typeof(Attack<IClassifier>));

    /// <summary>What can be set on an attack, in alphabetical order.</summary>
    internal static IReadOnlyList<NamedSetting> SettingsOf(string name) =>
    [
        .. SettingText.Of(Types.Find(name)).Select(setting => NamedSetting.Of(
            setting, "attack", () => Construct(Types.Find(name), Norms.Norm.Parse(CustomaryNorm(name)), 1))),
    ];

    private Norm ReadNorm()
    {
        try
        {
            return Norms.Norm.Parse(Norm);
        }
        catch (FormatException exception)
        {
            throw new ArgumentException(exception.Message, exception);
        }
    }

    private static Attack Construct(Type type, Norm norm, double epsilon) =>
        SettingText.Unwrapped(() => (Attack)Activator.CreateInstance(type, norm, epsilon)!);
}
