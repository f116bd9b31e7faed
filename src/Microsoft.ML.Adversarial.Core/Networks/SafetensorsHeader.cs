using System.Text.Json;

namespace Microsoft.ML.Adversarial.Networks;

/// <summary>The header of a file, read and checked: which tensors there are and where their bytes lie.</summary>
internal static class SafetensorsHeader
{
    public const string Metadata = "__metadata__";

    /// <summary>100 MB, the format's own limit.</summary>
    public const int MaximumLength = 100_000_000;

    // libtorch handles at most this many axes.
    private const int MaximumAxes = 64;

    /// <summary>The tensors in the order of their bytes, which cover <paramref name="dataLength"/> without gap or overlap.</summary>
    public static IReadOnlyList<SafetensorsEntry> Parse(ReadOnlyMemory<byte> header, long dataLength, string source)
    {
        try
        {
            JsonDocumentOptions options = new() { AllowDuplicateProperties = false, MaxDepth = 8 };
            using var document = JsonDocument.Parse(header, options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new InvalidDataException($"{source}: expected a JSON object as header, got {document.RootElement.ValueKind}.");
            }

            List<SafetensorsEntry> entries = [];
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == Metadata)
                {
                    CheckMetadata(property.Value, source);
                }
                else
                {
                    entries.Add(ParseEntry(property, source));
                }
            }

            entries.Sort((one, other) => (one.Begin, one.End).CompareTo((other.Begin, other.End)));
            CheckCoverage(entries, dataLength, source);
            return entries;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is what System.Text.Json throws for strings that are not valid Unicode.
            throw new InvalidDataException(
                $"{source}: expected a header of valid JSON without repeated names, got an error: {e.Message}", e);
        }
    }

    private static SafetensorsEntry ParseEntry(JsonProperty property, string source)
    {
        var where = $"{source}: tensor '{property.Name}'";
        if (property.Value.ValueKind != JsonValueKind.Object
            || !property.Value.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String
            || !property.Value.TryGetProperty("shape", out var shapeElement)
            || !property.Value.TryGetProperty("data_offsets", out var offsetsElement)
            || property.Value.EnumerateObject().Count() != 3)
        {
            throw new InvalidDataException(
                $"{where}: expected an object of dtype, a string, shape and data_offsets, got {property.Value.ValueKind}.");
        }

        SafetensorsType type = SafetensorsType.All.FirstOrDefault(type => type.Name == dtype.GetString()) ?? throw new InvalidDataException(
            $"{where}: expected a dtype among {SafetensorsType.Names}, got '{dtype.GetString()}'.");
        var shape = Numbers(shapeElement, $"{where}: shape");
        var offsets = Numbers(offsetsElement, $"{where}: data_offsets");
        if (shape.Length > MaximumAxes)
        {
            throw new InvalidDataException($"{where}: expected at most {MaximumAxes} axes, got {shape.Length}.");
        }

        if (offsets is not [long begin, long end] || begin > end)
        {
            throw new InvalidDataException($"{where}: expected data_offsets [begin, end], got {TensorShape.Text(offsets)}.");
        }

        var size = (Int128)TensorShape.ElementCount(shape) * type.Size;
        return end - begin == size
            ? new(property.Name, type, shape, begin, end)
            : throw new InvalidDataException(
                $"{where}: expected {size} bytes for {type.Name} of shape {TensorShape.Text(shape)}, got {end - begin}.");
    }

    private static long[] Numbers(JsonElement element, string where)
    {
        const string Expected = "a list of whole numbers of at least 0";
        if (element.ValueKind != JsonValueKind.Array)
        {
            throw new InvalidDataException($"{where}: expected {Expected}, got {element.ValueKind}.");
        }

        return [.. element.EnumerateArray().Select(item =>
            item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out var number) && number >= 0
                ? number
                : throw new InvalidDataException($"{where}: expected {Expected}, got {item.GetRawText()}."))];
    }

    private static void CheckMetadata(JsonElement metadata, string source)
    {
        if (metadata.ValueKind != JsonValueKind.Object
            || metadata.EnumerateObject().Any(property => property.Value.ValueKind != JsonValueKind.String))
        {
            throw new InvalidDataException($"{source}: expected {Metadata} to be an object of strings, got another kind of value.");
        }
    }

    private static void CheckCoverage(List<SafetensorsEntry> entries, long dataLength, string source)
    {
        long end = 0;
        foreach (var entry in entries)
        {
            if (entry.Begin != end)
            {
                throw new InvalidDataException(
                    $"{source}: tensor '{entry.Name}': expected its bytes to begin at {end}, where those before end, got {entry.Begin}.");
            }

            end = entry.End;
        }

        if (end != dataLength)
        {
            throw new InvalidDataException(
                $"{source}: expected {end} bytes after the header, as it says, got {dataLength}. The data is truncated, or not one file.");
        }
    }
}
