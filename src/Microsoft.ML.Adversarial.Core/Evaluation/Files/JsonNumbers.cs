using System.Text.Json;
using Microsoft.ML.Adversarial.Networks;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

/// <summary>Values as the file has them.</summary>
internal static class JsonNumbers
{
    private const string NotANumber = "NaN";
    private const string Infinite = "Infinity";
    private const string MinusInfinite = "-Infinity";

    /// <summary>Writes a double in the shortest form that reads back the same; what JSON has no number for, as its name.</summary>
    public static void WriteDouble(this Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteStringValue(double.IsNaN(value) ? NotANumber : value > 0 ? Infinite : MinusInfinite);
        }
    }

    public static void WriteDouble(this Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        json.WriteDouble(value);
    }

    /// <summary>Writes a float in the shortest form that reads back the same; what JSON has no number for, as its name.</summary>
    public static void WriteSingle(this Utf8JsonWriter json, float value)
    {
        if (float.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteDouble(value);
        }
    }

    /// <summary>Writes seconds, exact to the tick of 100 ns.</summary>
    public static void WriteSeconds(this Utf8JsonWriter json, string name, TimeSpan time) =>
        json.WriteNumber(name, (decimal)time.Ticks / TimeSpan.TicksPerSecond);

    /// <summary>Writes a list on one line.</summary>
    public static void WriteList<T>(this Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WritePropertyName(name);
        json.WriteOnOneLine(line =>
        {
            line.WriteStartArray();
            foreach (var item in items)
            {
                write(line, item);
            }

            line.WriteEndArray();
        });
    }

    public static double? Named(string text) => text switch
    {
        NotANumber => double.NaN,
        Infinite => double.PositiveInfinity,
        MinusInfinite => double.NegativeInfinity,
        _ => null,
    };

    public static string CamelCase(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);
}
