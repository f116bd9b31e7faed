using System.Text.Json;
using Microsoft.ML.Adversarial.Evaluation.Systems;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

/// <summary>The metrics of a system in the file, for people and other programs. They follow from the record, so nothing reads them back.</summary>
internal static class SystemSummaryJson
{
    public static void Write(Utf8JsonWriter json, SystemMetrics metrics)
    {
        json.WriteStartObject();
        json.WriteDouble("confidence", metrics.Confidence);
        ShareJson.Write(json, "unflaggedError", metrics.UnflaggedError);
        ShareJson.Write(json, "robustAccuracy", metrics.RobustAccuracy);
        ShareJson.Write(json, "cleanAccuracy", metrics.CleanAccuracy);
        ShareJson.Write(json, "cleanUnflaggedError", metrics.CleanUnflaggedError);
        ShareJson.Write(json, "falsePositives", metrics.FalsePositives);
        if (metrics.HalfBudgetAccuracy is { } half)
        {
            ShareJson.Write(json, "halfBudgetAccuracy", half);
        }

        json.WriteStartArray("detectors");
        foreach (var detector in metrics.Detectors)
        {
            json.WriteStartObject();
            json.WriteString("name", detector.Name);
            ShareJson.Write(json, "falsePositives", detector.FalsePositives);
            Write(json, "plain", detector.Plain);
            Write(json, "adaptive", detector.Adaptive);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("attacks");
        foreach (var attack in metrics.Attacks)
        {
            Write(json, attack);
        }

        json.WriteEndArray();
        DiagnosticJson.Write(json, "diagnostics", metrics.Diagnostics);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SystemAttackMetrics attack)
    {
        json.WriteStartObject();
        json.WriteString("name", attack.Name);
        json.WriteBoolean("isAdaptive", attack.Attack.IsAdaptive);
        ShareJson.Write(json, "success", attack.Success);
        ShareJson.Write(json, "unflaggedError", attack.UnflaggedError);
        ShareJson.Write(json, "truePositives", attack.TruePositives);
        json.WriteStartArray("detectors");
        foreach (var detector in attack.Detectors)
        {
            json.WriteStartObject();
            json.WriteString("name", detector.Detector);
            ShareJson.Write(json, "unflaggedError", detector.UnflaggedError);
            ShareJson.Write(json, "truePositives", detector.TruePositives);
            if (detector.Metrics is { } areas)
            {
                json.WriteDouble("areaUnderRocCurve", areas.AreaUnderRocCurve);
                json.WriteDouble("areaUnderPrecisionRecallCurve", areas.AreaUnderPrecisionRecallCurve);
                json.WriteDouble("truePositiveRateAt1Percent", areas.TruePositiveRateAt1Percent);
                json.WriteDouble("truePositiveRateAt5Percent", areas.TruePositiveRateAt5Percent);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, LowestArea? lowest)
    {
        if (lowest is null)
        {
            return;
        }

        json.WriteStartObject(name);
        json.WriteString("attack", lowest.Attack);
        json.WriteDouble("areaUnderRocCurve", lowest.AreaUnderRocCurve);
        json.WriteEndObject();
    }
}
