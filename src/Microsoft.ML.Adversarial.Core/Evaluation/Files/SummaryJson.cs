using System.Text.Json;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

/// <summary>The metrics in the file, for people and other programs. They follow from the record, so nothing reads them back.</summary>
internal static class SummaryJson
{
    public static void Write(Utf8JsonWriter json, RobustnessMetrics metrics)
    {
        json.WriteStartObject();
        json.WriteDouble("confidence", metrics.Confidence);
        ShareJson.Write(json, "cleanAccuracy", metrics.CleanAccuracy);
        ShareJson.Write(json, "robustAccuracy", metrics.RobustAccuracy);
        json.WriteStartArray("attacks");
        foreach (var attack in metrics.Attacks)
        {
            Write(json, attack);
        }

        json.WriteEndArray();
        json.WriteStartArray("classes");
        foreach (var of in metrics.Classes)
        {
            json.WriteStartObject();
            json.WriteString("name", of.Name);
            ShareJson.Write(json, "cleanAccuracy", of.CleanAccuracy);
            ShareJson.Write(json, "robustAccuracy", of.RobustAccuracy);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        CurveJson.Write(json, "curve", metrics.Curve);
        DiagnosticJson.Write(json, "diagnostics", metrics.Diagnostics);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, AttackMetrics attack)
    {
        json.WriteStartObject();
        json.WriteString("name", attack.Name);
        ShareJson.Write(json, "success", attack.Success);
        ShareJson.Write(json, "robustAccuracy", attack.RobustAccuracy);
        json.WriteStartArray("sizes");
        foreach (var size in attack.Sizes)
        {
            json.WriteStartObject();
            json.WriteString("norm", size.Norm);
            json.WriteDouble("mean", size.Mean);
            json.WriteDouble("median", size.Median);
            json.WriteDouble("percentile10", size.Percentile10);
            json.WriteDouble("percentile90", size.Percentile90);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("stages");
        foreach (var stage in attack.Stages)
        {
            json.WriteStartObject();
            json.WriteString("settings", stage.Settings);
            json.WriteNumber("broken", stage.Broken);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        ShareJson.Write(json, "lostToRounding", attack.LostToRounding);
        json.WriteEndObject();
    }
}
