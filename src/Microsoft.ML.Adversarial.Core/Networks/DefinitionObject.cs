using System.Text.Json;
using Microsoft.ML.Adversarial.Networks.Layers;

namespace Microsoft.ML.Adversarial.Networks;

/// <summary>A JSON object of a definition, whose properties are read with errors that name their path.</summary>
internal sealed class DefinitionObject
{
    private readonly JsonElement _element;
    private readonly string _path;

    /// <summary>Checks that the element is an object and has no properties but the known ones; null admits all.</summary>
    public DefinitionObject(JsonElement element, string path, string what, IReadOnlyList<string>? known)
    {
        _element = element;
        _path = path;
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new NetworkFormatException(path.Length == 0 ? "the definition" : path, $"{what}, a JSON object", Describe(element));
        }

        foreach (var property in element.EnumerateObject())
        {
            if (known is not null && !known.Contains(property.Name))
            {
                throw new NetworkFormatException(
                    PathOf(property.Name), $"a property of {what}, one of {string.Join(", ", known)}", $"\"{property.Name}\"");
            }
        }
    }

    public delegate bool TryGet<T>(JsonElement element, out T value);

    /// <summary>Runs a constructor; an option it refuses becomes a format error at that option's path.</summary>
    public T Construct<T>(Func<T> construct)
    {
        try
        {
            return construct();
        }
        catch (DefinitionOptionException e)
        {
            throw new NetworkFormatException(PathOf(e.Option), e.Expected, e.Got, innerException: e);
        }
    }

    public NetworkFormatException Missing(string name, string expected) =>
        new(PathOf(name), expected, "nothing", "The property is required.");

    public string? Text(string name) => Find(name) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(name, "a string", value);

    public bool? Boolean(string name) => Find(name) is not { } value
        ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(name, "true or false", value);

    public double? Number(string name) => Find(name) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : throw Wrong(name, "a number", value);

    public int? Integer(string name) => Find(name) is not { } value
        ? null
        : IsInteger(value, out var number) ? number : throw Wrong(name, $"a whole number of at most {int.MaxValue}", value);

    public int RequiredInteger(string name) => Integer(name) ?? throw Missing(name, "a whole number");

    /// <summary>A size: one number for a square, or [height, width].</summary>
    public Size2d? Size(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (IsInteger(value, out var square))
        {
            return square;
        }

        return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 2
            && IsInteger(value[0], out var height) && IsInteger(value[1], out var width)
            ? new Size2d(height, width)
            : throw Wrong(name, "a whole number, or [height, width]", value);
    }

    public Size2d RequiredSize(string name) => Size(name) ?? throw Missing(name, "a whole number, or [height, width]");

    public IReadOnlyList<T>? Numbers<T>(string name, string expected, TryGet<T> tryGet)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            throw Wrong(name, expected, value);
        }

        return [.. value.EnumerateArray().Select(item =>
            item.ValueKind == JsonValueKind.Number && tryGet(item, out var number) ? number : throw Wrong(name, expected, value))];
    }

    public DefinitionObject? Object(string name, string what, IReadOnlyList<string> known) =>
        Find(name) is { } value ? new(value, PathOf(name), what, known) : null;

    public IReadOnlyList<LayerDefinition>? Layers(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > NetworkDefinition.MaximumLayerCount)
        {
            throw Wrong(name, $"a list of at most {NetworkDefinition.MaximumLayerCount} layers", value);
        }

        return [.. value.EnumerateArray().Select((layer, index) => Layer(layer, $"{PathOf(name)}[{index}]"))];
    }

    private static LayerDefinition Layer(JsonElement element, string path)
    {
        DefinitionObject untyped = new(element, path, "a layer", known: null);
        var name = untyped.Text("type") ?? throw untyped.Missing("type", "the name of a layer");
        LayerType type = LayerTable.Types.FirstOrDefault(type => type.Name == name) ?? throw new NetworkFormatException(
            path + ".type", $"a layer, one of {string.Join(", ", LayerTable.Types.Select(type => type.Name))}", $"\"{name}\"");
        DefinitionObject typed = new(element, path, $"{name}", ["type", .. type.Properties]);
        return typed.Construct(() => type.Read(typed));
    }

    private static bool IsInteger(JsonElement value, out int number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out number);
    }

    private static string Describe(JsonElement value)
    {
        const int Limit = 40;
        var text = value.GetRawText();
        return text.Length <= Limit ? text : text[..Limit] + "…";
    }

    private JsonElement? Find(string name) => _element.TryGetProperty(name, out var value) ? value : null;

    private NetworkFormatException Wrong(string name, string expected, JsonElement value) =>
        new(PathOf(name), expected, Describe(value));

    private string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";
}
