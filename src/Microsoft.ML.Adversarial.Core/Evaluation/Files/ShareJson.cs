using System.Text.Json;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

/// <summary>A share of rows in a summary.</summary>
internal static class ShareJson
{
    public static void Write(Utf8JsonWriter json, string name, Share share)
    {
        json.WriteStartObject(name);
        json.WriteDouble("value", share.Value);
        json.WriteNumber("count", share.Count);
        json.WriteNumber("total", share.Total);
        json.WriteDouble("lower", share.Interval.Lower);
        json.WriteDouble("upper", share.Interval.Upper);
        json.WriteEndObject();
    }
}
