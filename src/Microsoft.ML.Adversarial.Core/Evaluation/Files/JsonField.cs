using System.Text.Json;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

/// <summary>A value of a file that nobody vouches for, with the way to it, which errors name.</summary>
internal readonly struct JsonField(JsonElement element, string path)
{
    private readonly JsonElement _element = element;
    private readonly string _path = path;

    /// <summary>A property that must be there.</summary>
    public JsonField this[string name] => Optional(name) ?? throw Unexpected($"a property '{name}'", "none");

    /// <summary>A property, or null where it is absent or null.</summary>
    public JsonField? Optional(string name)
    {
        Require(JsonValueKind.Object, "an object");
        return _element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? new(value, $"{_path}: {name}") : null;
    }

    public string Text()
    {
        Require(JsonValueKind.String, "a text");
        return _element.GetString()!;
    }

    public bool Truth() => _element.ValueKind is JsonValueKind.True or JsonValueKind.False
        ? _element.GetBoolean()
        : throw Unexpected("true or false", Shown());

    public long Long() => _element.ValueKind == JsonValueKind.Number && _element.TryGetInt64(out var value)
        ? value
        : throw Unexpected("a whole number", Shown());

    public int Integer() => _element.ValueKind == JsonValueKind.Number && _element.TryGetInt32(out var value)
        ? value
        : throw Unexpected("a whole number of 32 bits", Shown());

    /// <summary>A number, or the text NaN, Infinity or -Infinity.</summary>
    public double Number() => Named()
        ?? (_element.ValueKind == JsonValueKind.Number && _element.TryGetDouble(out var value) && double.IsFinite(value)
            ? value
            : throw Unexpected("a number, \"NaN\", \"Infinity\" or \"-Infinity\"", Shown()));

    /// <summary>A number of 32 bits, or the text NaN, Infinity or -Infinity.</summary>
    public float Single() => (float?)Named()
        ?? (_element.ValueKind == JsonValueKind.Number && _element.TryGetSingle(out var value) && float.IsFinite(value)
            ? value
            : throw Unexpected("a number of 32 bits, \"NaN\", \"Infinity\" or \"-Infinity\"", Shown()));

    /// <summary>Seconds, exact to the tick of 100 ns.</summary>
    public TimeSpan Seconds() => _element.ValueKind == JsonValueKind.Number && _element.TryGetDecimal(out var seconds)
        && seconds is >= ((decimal)long.MinValue / TimeSpan.TicksPerSecond) and <= ((decimal)long.MaxValue / TimeSpan.TicksPerSecond)
            ? new((long)(seconds * TimeSpan.TicksPerSecond))
            : throw Unexpected("a time in seconds", Shown());

    /// <summary>0 or 1.</summary>
    public bool Bit() => Integer() switch
    {
        0 => false,
        1 => true,
        var other => throw Unexpected("0 or 1", $"{other}"),
    };

    /// <summary>A name of an enumeration, as <see cref="JsonNumbers.CamelCase"/> writes it.</summary>
    public TEnum Choice<TEnum>()
        where TEnum : struct, Enum
    {
        var name = Text();
        foreach (var value in Enum.GetValues<TEnum>())
        {
            if (JsonNumbers.CamelCase($"{value}") == name)
            {
                return value;
            }
        }

        throw Unexpected($"one of {string.Join(", ", Enum.GetNames<TEnum>().Select(JsonNumbers.CamelCase))}", Shown());
    }

    public IReadOnlyList<T> List<T>(Func<JsonField, T> read)
    {
        Require(JsonValueKind.Array, "a list");
        var items = new T[_element.GetArrayLength()];
        foreach (var (index, item) in _element.EnumerateArray().Index())
        {
            // The path of an item is put together only for an error.
            items[index] = read(new(item, _path));
        }

        return items;
    }

    /// <summary>A list of known length.</summary>
    public IReadOnlyList<T> List<T>(int count, Func<JsonField, T> read)
    {
        var items = List(read);
        return items.Count == count ? items : throw Unexpected($"a list of {count}", $"{items.Count}");
    }

    public T? OrNull<T>(Func<JsonField, T> read)
        where T : struct => _element.ValueKind == JsonValueKind.Null ? null : read(this);

    public bool IsText => _element.ValueKind == JsonValueKind.String;

    public InvalidDataException Unexpected(string expected, string got) => new($"{_path}: expected {expected}, got {got}.");

    private double? Named() => IsText ? JsonNumbers.Named(_element.GetString()!) : null;

    private void Require(JsonValueKind kind, string expected)
    {
        if (_element.ValueKind != kind)
        {
            throw Unexpected(expected, Shown());
        }
    }

    private string Shown()
    {
        const int longest = 40;
        var text = _element.GetRawText();
        return text.Length <= longest ? text : $"{text.AsSpan(0, longest)}…";
    }
}
