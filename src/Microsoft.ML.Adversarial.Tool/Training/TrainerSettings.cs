using System.Globalization;
using System.Reflection;
using Microsoft.ML.Adversarial.Trainers;

namespace Microsoft.ML.Adversarial.Tool.Training;

/// <summary>Settings of trainers as text: the numbers, choices and switches among the fields of their options.</summary>
internal static class TrainerSettings
{
    public static IEnumerable<string> Names => Of(typeof(NeuralNetworkOptions)).Select(setting => setting.Name);

    /// <exception cref="UsageException">A setting is unknown, or its text is no value of its type.</exception>
    public static void Apply(NeuralNetworkOptions options, IEnumerable<string> pairs)
    {
        var fields = Of(options.GetType()).ToArray();
        foreach (var (name, text) in pairs.Select(Split))
        {
            var field = fields.FirstOrDefault(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                ?? throw new UsageException($"--set: expected one of {string.Join(", ", fields.Select(field => field.Name))}, got '{name}'.");
            field.SetValue(options, Value(field, text));
        }
    }

    private static IEnumerable<FieldInfo> Of(Type type) => type.GetFields()
        .Where(field => field.FieldType.IsEnum || field.FieldType == typeof(int) || field.FieldType == typeof(double) || field.FieldType == typeof(bool))
        .OrderBy(field => field.Name, StringComparer.Ordinal);

    private static (string Name, string Text) Split(string pair) => pair.Split('=', 2) is [{ Length: > 0 } name, { Length: > 0 } text]
        ? (name, text)
        : throw new UsageException($"--set: expected a setting such as Momentum=0.9, got '{pair}'.");

    private static object Value(FieldInfo field, string text)
    {
        var type = field.FieldType;
        if (type.IsEnum)
        {
            return Enum.GetNames(type).FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } known
                ? Enum.Parse(type, known)
                : throw new UsageException($"--set: expected {field.Name} {string.Join(" or ", Enum.GetNames(type))}, got '{text}'.");
        }

        try
        {
            return Convert.ChangeType(text, type, CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            var expected = type == typeof(bool) ? "true or false" : type == typeof(int) ? "a whole number" : "a number";
            throw new UsageException($"--set: expected {field.Name} to be {expected}, got '{text}'.", exception);
        }
    }
}
