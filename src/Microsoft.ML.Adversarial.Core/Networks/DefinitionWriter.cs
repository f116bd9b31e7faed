using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.ML.Adversarial.Networks.Layers;

namespace Microsoft.ML.Adversarial.Networks;

/// <summary>The values of a definition as JSON.</summary>
internal static class DefinitionWriter
{
    public static void WriteSize(this Utf8JsonWriter json, string name, Size2d size)
    {
        if (size.Height == size.Width)
        {
            json.WriteNumber(name, size.Height);
            return;
        }

        json.WriteStartArray(name);
        json.WriteNumberValue(size.Height);
        json.WriteNumberValue(size.Width);
        json.WriteEndArray();
    }

    public static void WriteNumbers(this Utf8JsonWriter json, IEnumerable<long> values)
    {
        json.WriteStartArray();
        foreach (var value in values)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }

    public static void WriteNumbers(this Utf8JsonWriter json, IEnumerable<double> values)
    {
        json.WriteStartArray();
        foreach (var value in values)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }

    public static void WriteLayers(this Utf8JsonWriter json, string name, IEnumerable<LayerDefinition> layers)
    {
        json.WriteStartArray(name);
        foreach (var layer in layers)
        {
            json.WriteLayer(layer);
        }

        json.WriteEndArray();
    }

    public static void WriteLayer(this Utf8JsonWriter json, LayerDefinition layer)
    {
        json.WriteStartObject();
        json.WriteString("type", layer.Type);
        layer.Write(json);
        json.WriteEndObject();
    }

    /// <summary>Writes a value compactly inside an indented document, after the given white space.</summary>
    public static void WriteOnOneLine(this Utf8JsonWriter json, Action<Utf8JsonWriter> write, string indentation = "")
    {
        ArrayBufferWriter<byte> buffer = new();
        buffer.Write(Encoding.UTF8.GetBytes(indentation));
        using (Utf8JsonWriter line = new(buffer))
        {
            write(line);
        }

        json.WriteRawValue(buffer.WrittenSpan);
    }
}
