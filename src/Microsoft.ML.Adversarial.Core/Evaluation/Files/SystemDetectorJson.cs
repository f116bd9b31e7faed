using System.Text.Json;
using Microsoft.ML.Adversarial.Evaluation.Systems;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

/// <summary>A detector of a system in the file.</summary>
internal static class SystemDetectorJson
{
    public static void Write(Utf8JsonWriter json, SystemDetectorRecord detector)
    {
        json.WriteStartObject();
        json.WriteString("name", detector.Name);
        json.WritePropertyName("threshold");
        json.WriteSingle(detector.Threshold);
        json.WriteNumber("calibrationCount", detector.CalibrationCount);
        SuiteRecordJson.WriteKnown(json, "whyNotEvaded", detector.WhyNotEvaded);
        json.WriteEndObject();
    }

    public static SystemDetectorRecord Read(JsonField json) => new(
        json["name"].Text(), json["threshold"].Single(), json["calibrationCount"].Integer(), json.Optional("whyNotEvaded")?.Text());
}
