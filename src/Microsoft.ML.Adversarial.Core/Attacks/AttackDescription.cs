using System.Globalization;
using System.Reflection;
using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Norms;

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
    private static readonly Dictionary<string, Type> Types = (
        from type in typeof(Attack).Assembly.GetTypes()
        let attribute = type.GetCustomAttribute<AttackNameAttribute>()
        where attribute is not null
        from name in attribute.Names
        select (name, type)).ToDictionary(pair => pair.name, pair => pair.type, StringComparer.OrdinalIgnoreCase);

    /// <summary>The names of all attacks, one each, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Types.Values.Distinct().Select(NameOf).Order(StringComparer.Ordinal)];

    /// <summary>Describes an attack.</summary>
    /// <exception cref="NotSupportedException">The attack has no <see cref="AttackNameAttribute"/>.</exception>
    public static AttackDescription Of(Attack attack)
    {
        ArgumentNullException.ThrowIfNull(attack);
        if (!Types.ContainsValue(attack.GetType()))
        {
            throw new NotSupportedException(
                $"{attack.GetType().Name} cannot be written to a file: expected an attack of this library with a short name, one of {string.Join(", ", Names)}.");
        }

        var (norm, epsilon) = (attack.ThreatModel.Norm, attack.ThreatModel.Epsilon);
        var plain = Construct(attack.GetType(), norm, epsilon);
        var settings = SettingsOf(attack.GetType())
            .Where(setting => !Equals(setting.GetValue(attack), setting.GetValue(plain)))
            .ToDictionary(setting => setting.Name, setting => Write(setting.GetValue(attack)));
        return new(NameOf(attack.GetType()), norm.Name, epsilon, settings);
    }

    /// <summary>Makes the attack that is described.</summary>
    /// <exception cref="ArgumentException">The name, the norm or a setting is unknown, or a value is out of its range; says what is known.</exception>
    public Attack Create()
    {
        if (!Types.TryGetValue(Name, out var type))
        {
            throw new ArgumentException($"Unknown attack '{Name}': expected one of {string.Join(", ", Names)}.");
        }

        var attack = Construct(type, ReadNorm(), Epsilon);
        foreach (var (name, text) in Settings)
        {
            var setting = SettingsOf(type).FirstOrDefault(setting => setting.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                ?? throw new ArgumentException(
                    $"Attack '{Name}' has no setting '{name}': expected one of {string.Join(", ", SettingsOf(type).Select(setting => setting.Name))}.");
            Invoke(() =>
            {
                setting.SetValue(attack, Read(setting, text));
                return attack;
            });
        }

        return attack;
    }

    /// <summary>All names of an attack, the one that is written first.</summary>
    internal static IReadOnlyList<string> NamesOf(string name) => Types[name].GetCustomAttribute<AttackNameAttribute>()!.Names;

    /// <summary>What can be set on an attack, in alphabetical order.</summary>
    internal static IReadOnlyList<AttackSetting> SettingsOf(string name)
    {
        var plain = Construct(Types[name], Norms.Norm.LInfinity, 1);
        return [.. SettingsOf(Types[name]).Select(setting => AttackSetting.Of(setting, plain))];
    }

    /// <summary>A setting's value as text.</summary>
    internal static string Write(object? value) => value switch
    {
        null => "null",
        AttackObjective objective => objective == AttackObjective.CrossEntropy ? nameof(AttackObjective.CrossEntropy)
            : objective == AttackObjective.LogitMargin ? nameof(AttackObjective.LogitMargin)
            : throw new NotSupportedException($"The objective {objective.GetType().Name} cannot be written to a file: expected CrossEntropy or LogitMargin."),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

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

    private static string NameOf(Type type) => type.GetCustomAttribute<AttackNameAttribute>()!.Names[0];

    private static Attack Construct(Type type, Norm norm, double epsilon) =>
        Invoke(() => (Attack)Activator.CreateInstance(type, norm, epsilon)!);

    // Reflection wraps what a constructor or a setter throws; the user is to see the guard's own message.
    private static Attack Invoke(Func<Attack> reflected)
    {
        try
        {
            return reflected();
        }
        catch (TargetInvocationException wrapped) when (wrapped.InnerException is { } guard)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(guard);
            throw;
        }
    }

    private static IEnumerable<PropertyInfo> SettingsOf(Type type) =>
        type.GetProperties().Where(property => property.SetMethod is { IsPublic: true }).OrderBy(property => property.Name, StringComparer.Ordinal);

    private static object? Read(PropertyInfo setting, string text)
    {
        var type = Nullable.GetUnderlyingType(setting.PropertyType);
        if (type is not null && text.Equals("null", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        type ??= setting.PropertyType;
        try
        {
            return type == typeof(AttackObjective)
                ? typeof(AttackObjective).GetProperty(text, BindingFlags.Public | BindingFlags.Static | BindingFlags.IgnoreCase)?.GetValue(null)
                    ?? throw new FormatException()
                : Convert.ChangeType(text, type, CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or InvalidCastException)
        {
            var expected = type == typeof(AttackObjective) ? "CrossEntropy or LogitMargin" : $"a value of type {type.Name}";
            throw new ArgumentException($"Setting '{setting.Name}': expected {expected}, got '{text}'.", exception);
        }
    }
}
