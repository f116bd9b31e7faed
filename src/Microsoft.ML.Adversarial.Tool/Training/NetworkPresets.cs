using System.Reflection;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Tool.Classifiers;

namespace Microsoft.ML.Adversarial.Tool.Training;

/// <summary>Architectures by name, or from a file.</summary>
internal static class NetworkPresets
{
    private static readonly PropertyInfo[] Presets =
    [
        .. typeof(NetworkDefinition).GetProperties(BindingFlags.Public | BindingFlags.Static).Where(preset => preset.PropertyType == typeof(NetworkDefinition)),
    ];

    public static IEnumerable<string> Names => Presets.Select(preset => preset.Name).Order(StringComparer.Ordinal);

    public static NetworkDefinition Named(string nameOrPath)
    {
        if (Presets.FirstOrDefault(preset => preset.Name.Equals(nameOrPath, StringComparison.OrdinalIgnoreCase)) is { } preset)
        {
            return (NetworkDefinition)preset.GetValue(null)!;
        }

        LoadedClassifier.RequireFile(nameOrPath, $"one of {string.Join(", ", Names)}, or a network definition");
        return NetworkDefinition.Load(nameOrPath);
    }
}
