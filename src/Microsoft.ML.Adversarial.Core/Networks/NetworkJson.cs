using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.ML.Adversarial.Networks.Layers;

namespace Microsoft.ML.Adversarial.Networks;

/// <summary>The JSON form of a definition, described in docs/networks.md.</summary>
internal static class NetworkJson
{
    private const string Format = "adversarial-network";
    private const int Version = 1;

    // Each residual block takes two levels, so this bounds the recursion over hostile files as well.
    private const int MaximumDepth = 64;

    private static readonly string[] Properties = ["format", "version", "input", "classes", "normalisation", "layers"];

    public static NetworkDefinition Read(string text)
    {
        using var document = Parse(text);
        CheckVersion(document.RootElement);
        DefinitionObject root = new(document.RootElement, "", "a definition", Properties);
        return root.Construct(() => new NetworkDefinition
        {
            InputShape = root.Numbers<long>(
                "input", "a list of whole numbers such as [1, 28, 28]", static (e, out value) => e.TryGetInt64(out value)),
            ClassCount = root.Integer("classes"),
            Normalisation = root.Object("normalisation", "a normalisation", ["mean", "standardDeviation"]) is { } normalisation
                ? ReadNormalisation(normalisation)
                : null,
            Layers = CheckedFeatures(root.Layers("layers") ?? throw root.Missing("layers", "a list of layers")),
        });
    }

    public static string Write(NetworkDefinition definition)
    {
        JsonWriterOptions options = new() { Indented = true, NewLine = "\n" };
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, options))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteNumber("version", Version);
            if (definition.InputShape is not null)
            {
                json.WritePropertyName("input");
                json.WriteOnOneLine(line => line.WriteNumbers(definition.InputShape));
            }

            if (definition.ClassCount is not null)
            {
                json.WriteNumber("classes", definition.ClassCount.Value);
            }

            if (definition.Normalisation is not null)
            {
                json.WritePropertyName("normalisation");
                json.WriteOnOneLine(line => Write(line, definition.Normalisation));
            }

            json.WriteStartArray("layers");
            foreach (var layer in definition.Layers)
            {
                json.WriteOnOneLine(line => line.WriteLayer(layer), "\n    ");
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static JsonDocument Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text, new JsonDocumentOptions
            {
                AllowTrailingCommas = true,
                AllowDuplicateProperties = false,
                CommentHandling = JsonCommentHandling.Skip,
                MaxDepth = MaximumDepth,
            });
        }
        catch (JsonException e)
        {
            throw new NetworkFormatException(
                "the definition",
                $"JSON without repeated properties, nested at most {MaximumDepth} deep",
                $"an error at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: {e.Message.TrimEnd('.')}",
                innerException: e);
        }
    }

    /// <summary>Comes first: a newer version may hold properties that this one would call misspelt.</summary>
    private static void CheckVersion(JsonElement root)
    {
        DefinitionObject header = new(root, "", "a definition", known: null);
        var format = header.Text("format") ?? throw header.Missing("format", $"\"{Format}\"");
        if (format != Format)
        {
            throw new NetworkFormatException("format", $"\"{Format}\"", $"\"{format}\"");
        }

        var version = header.RequiredInteger("version");
        if (version is < 1 or > Version)
        {
            var advice = version > Version ? "The definition was written for a newer release: update this library." : null;
            throw new NetworkFormatException("version", $"{Version}", $"{version}", advice);
        }
    }

    private static Normalisation ReadNormalisation(DefinitionObject json)
    {
        IReadOnlyList<double> Values(string name)
        {
            const string Expected = "a list of numbers such as [0.5]";
            return json.Numbers<double>(name, Expected, static (e, out value) => e.TryGetDouble(out value))
                ?? throw json.Missing(name, Expected);
        }

        return json.Construct(() => new Normalisation(Values("mean"), Values("standardDeviation")));
    }

    private static IReadOnlyList<LayerDefinition> CheckedFeatures(IReadOnlyList<LayerDefinition> layers)
    {
        var last = layers.LastOrDefault(layer => layer is LinearLayer);
        foreach ((var path, var layer) in LayerChain.All(layers, "layers"))
        {
            if (layer is LinearLayer { Features: null } && !ReferenceEquals(layer, last))
            {
                throw LinearLayer.MissingFeatures(path);
            }
        }

        return layers;
    }

    private static void Write(Utf8JsonWriter json, Normalisation normalisation)
    {
        json.WriteStartObject();
        json.WritePropertyName("mean");
        json.WriteNumbers(normalisation.Mean);
        json.WritePropertyName("standardDeviation");
        json.WriteNumbers(normalisation.StandardDeviation);
        json.WriteEndObject();
    }
}
