using System.Globalization;
using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Microsoft.ML.Adversarial.Settings;

/// <summary>Settings of an immutable value (its public <c>init</c> properties) as text in invariant culture, and back.</summary>
internal static class SettingText
{
    /// <summary>What can be set on a type, in alphabetical order.</summary>
    public static IEnumerable<PropertyInfo> Of(Type type) =>
        type.GetProperties()
            .Where(property => property.SetMethod is { IsPublic: true })
            .OrderBy(property => property.Name, StringComparer.Ordinal);

    /// <summary>The settings in which a value differs from one of the same type that has its defaults.</summary>
    public static IReadOnlyDictionary<string, string> Differences(object value, object plain) => Of(value.GetType())
        .Where(setting => !Equals(setting.GetValue(value), setting.GetValue(plain)))
        .ToDictionary(setting => setting.Name, setting => Write(setting.GetValue(value)));

    /// <summary>Sets what the texts say on a value that nobody else has yet.</summary>
    /// <param name="value">The value, with its defaults.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="settings">Names and texts; the case of names does not matter.</param>
    public static void Apply(object value, string name, IReadOnlyDictionary<string, string> settings)
    {
        foreach (var (key, text) in settings)
        {
            var setting = Of(value.GetType()).FirstOrDefault(setting => setting.Name.Equals(key, StringComparison.OrdinalIgnoreCase))
                ?? throw new ArgumentException(
                    $"{name} has no setting '{key}': expected one of {string.Join(", ", Of(value.GetType()).Select(setting => setting.Name))}.");
            Unwrapped(() =>
            {
                setting.SetValue(value, Read(setting, text));
                return value;
            });
        }
    }

    /// <summary>A setting's value as text.</summary>
    public static string Write(object? value) => value switch
    {
        null => "null",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ when NamedValues(value.GetType()) is { Count: > 0 } named =>
            named.FirstOrDefault(property => Equals(property.GetValue(null), value))?.Name
            ?? throw new NotSupportedException($"{value.GetType().Name} cannot be written to a file: expected {Alternatives(named)}."),
        _ => value.ToString()!,
    };

    /// <summary>The values of a type that have names: static properties of the type or its bases that hold one.</summary>
    public static IReadOnlyList<PropertyInfo> NamedValues(Type type) => Parser(type) is not null ? [] :
    [
        .. type.GetProperties(BindingFlags.Public | BindingFlags.Static | BindingFlags.FlattenHierarchy)
            .Where(property => property.PropertyType.IsAssignableFrom(type)),
    ];

    public static string Alternatives(IEnumerable<PropertyInfo> named) => string.Join(" or ", named.Select(property => property.Name));

    /// <summary>Runs what calls a constructor or a setter by reflection, so that the user sees a guard's own message.</summary>
    public static T Unwrapped<T>(Func<T> reflected)
    {
        try
        {
            return reflected();
        }
        catch (TargetInvocationException wrapped) when (wrapped.InnerException is { } guard)
        {
            ExceptionDispatchInfo.Throw(guard);
            throw;
        }
    }

    // Types of this library that write and read themselves.
    private static MethodInfo? Parser(Type type) => type.Assembly == typeof(SettingText).Assembly && !type.IsEnum
        ? type.GetMethod("Parse", BindingFlags.Public | BindingFlags.Static | BindingFlags.FlattenHierarchy, [typeof(string)])
        : null;

    private static object? Read(PropertyInfo setting, string text)
    {
        var type = Nullable.GetUnderlyingType(setting.PropertyType);
        if (type is not null && text.Equals("null", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        type ??= setting.PropertyType;
        var expected = $"a value of type {type.Name}";
        try
        {
            if (Parser(type) is { } parse)
            {
                return Unwrapped(() => parse.Invoke(null, [text])!);
            }

            if (type.IsEnum)
            {
                expected = string.Join(" or ", Enum.GetNames(type));
                return Enum.GetNames(type).Contains(text, StringComparer.OrdinalIgnoreCase)
                    ? Enum.Parse(type, text, ignoreCase: true)
                    : throw new FormatException();
            }

            if (NamedValues(type) is { Count: > 0 } named && !type.IsPrimitive)
            {
                expected = Alternatives(named);
                var chosen = named.FirstOrDefault(property => property.Name.Equals(text, StringComparison.OrdinalIgnoreCase));
                return chosen is null ? throw new FormatException() : chosen.GetValue(null);
            }

            return Convert.ChangeType(text, type, CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or InvalidCastException)
        {
            var reason = Parser(type) is null ? "" : $" {exception.Message}";
            throw new ArgumentException($"Setting '{setting.Name}': expected {expected}, got '{text}'.{reason}", exception);
        }
    }
}
