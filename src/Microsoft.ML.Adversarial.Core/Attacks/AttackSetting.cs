using System.Reflection;
using Microsoft.ML.Adversarial.Settings;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>A setting of an attack as text: what can be written into an <see cref="AttackDescription"/>.</summary>
/// <param name="Name">The property's name.</param>
/// <param name="Default">Its value when nothing is set.</param>
/// <param name="Range">The values that it takes.</param>
internal sealed record AttackSetting(string Name, string Default, string Range)
{
    public static AttackSetting Of(PropertyInfo property, Attack plain) =>
        new(property.Name, DefaultOf(property.GetValue(plain)), RangeOf(property, plain));

    private static string DefaultOf(object? value) => value switch
    {
        true => "true",
        false => "false",
        _ => SettingText.Write(value),
    };

    private static string RangeOf(PropertyInfo property, Attack plain)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var range = type == typeof(bool) ? "true or false"
            : type.IsEnum ? string.Join(" or ", Enum.GetNames(type))
            : !type.IsPrimitive && SettingText.NamedValues(type) is { Count: > 0 } named ? SettingText.Alternatives(named)
            : GuardedRange(property, plain, type);
        return type == property.PropertyType ? range : $"{range}, or null for the attack's rule";
    }

    // Ranges are written once, in the guards of the setters: a value that none allows makes the guard tell.
    private static string GuardedRange(PropertyInfo property, Attack plain, Type type)
    {
        object? impossible = type == typeof(double) ? double.NaN
            : type == typeof(int) ? int.MinValue
            : type == typeof(long) ? long.MinValue
            : null;
        try
        {
            property.SetValue(plain with { }, impossible);
            return $"any {type.Name}";
        }
        catch (TargetInvocationException wrapped) when (wrapped.InnerException is ArgumentException guard)
        {
            var (start, end) = ($"Expected {property.Name} ", guard.Message.IndexOf(", got ", StringComparison.Ordinal));
            return guard.Message.StartsWith(start, StringComparison.Ordinal) && end > start.Length
                ? guard.Message[start.Length..end]
                : guard.Message;
        }
    }
}
