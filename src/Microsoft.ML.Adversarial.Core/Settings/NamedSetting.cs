using System.Reflection;

namespace Microsoft.ML.Adversarial.Settings;

/// <summary>A setting of an attack or a detector as text: what can be written into its description.</summary>
/// <param name="Name">The property's name.</param>
/// <param name="Default">Its value when nothing is set.</param>
/// <param name="Range">The values that it takes.</param>
internal sealed record NamedSetting(string Name, string Default, string Range)
{
    /// <summary>Describes a setting.</summary>
    /// <param name="property">The setting.</param>
    /// <param name="kind">What has it, such as <c>attack</c>.</param>
    /// <param name="create">Makes one with its defaults.</param>
    public static NamedSetting Of(PropertyInfo property, string kind, Func<object> create) =>
        new(property.Name, DefaultOf(property.GetValue(create())), RangeOf(property, kind, create));

    private static string DefaultOf(object? value) => value switch
    {
        true => "true",
        false => "false",
        _ => SettingText.Write(value),
    };

    private static string RangeOf(PropertyInfo property, string kind, Func<object> create)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var range = type == typeof(bool) ? "true or false"
            : type.IsEnum ? string.Join(" or ", Enum.GetNames(type))
            : !type.IsPrimitive && SettingText.NamedValues(type) is { Count: > 0 } named ? SettingText.Alternatives(named)
            : GuardedRange(property, create(), type);
        return type == property.PropertyType ? range : $"{range}, or null for the {kind}'s rule";
    }

    // Ranges are written once, in the guards of the setters: a value that none allows makes the guard tell.
    private static string GuardedRange(PropertyInfo property, object plain, Type type)
    {
        object? impossible = type == typeof(double) ? double.NaN
            : type == typeof(int) ? int.MinValue
            : type == typeof(long) ? long.MinValue
            : null;
        try
        {
            property.SetValue(plain, impossible);
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
