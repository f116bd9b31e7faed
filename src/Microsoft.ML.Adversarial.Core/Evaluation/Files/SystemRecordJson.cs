using System.Text.Json;
using Microsoft.ML.Adversarial.Evaluation.Systems;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

/// <summary>A record of a system in the file: its head, then rows, scores and outcomes as parallel lists.</summary>
internal static class SystemRecordJson
{
    public static void Write(Utf8JsonWriter json, SystemRecord record)
    {
        json.WriteStartObject();
        SuiteRecordJson.Write(json, record);
        json.WriteDouble("falsePositiveRate", record.FalsePositiveRate);
        SuiteRecordJson.WriteKnown(json, "halfBudgetAttack", record.HalfBudgetAttack);
        json.WriteStartArray("detectors");
        foreach (var detector in record.Detectors)
        {
            SystemDetectorJson.Write(json, detector);
        }

        json.WriteEndArray();
        string[] detectors = [.. record.Detectors.Select(detector => detector.Name)];
        SystemRowsJson.Write(json, "rows", record.Rows, detectors);
        SystemRow[] evaluated = [.. record.Rows.Where(row => row.Error is null)];
        json.WriteStartArray("attacks");
        foreach (var (index, attack) in record.Attacks.Index())
        {
            SystemAttackJson.Write(json, attack, [.. evaluated.Select(row => row.Outcomes[index])], detectors);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static SystemRecord Read(JsonField json)
    {
        var detectors = json["detectors"].List(SystemDetectorJson.Read);
        string[] names = [.. detectors.Select(detector => detector.Name)];
        var rows = SystemRowsJson.Read(json["rows"], names);
        var evaluated = rows.Count(row => row.Error is null);
        var attacks = json["attacks"].List(attack => SystemAttackJson.Read(attack, evaluated, names));
        return new()
        {
            LibraryVersion = json["libraryVersion"].Text(),
            Suite = json["suite"].Text(),
            Norm = json["norm"].Text(),
            Epsilon = json["epsilon"].Number(),
            Constraints = json["constraints"].Text(),
            Classes = json["classes"].List(static name => name.Text()),
            Seed = json["seed"].Long(),
            BatchSize = json["batchSize"].Integer(),
            IsComplete = json["isComplete"].Truth(),
            AttacksLeftOut = json["attacksLeftOut"].List(static name => name.Text()),
            FalsePositiveRate = json["falsePositiveRate"].Number(),
            HalfBudgetAttack = json.Optional("halfBudgetAttack")?.Text(),
            Detectors = detectors,
            Attacks = [.. attacks.Select(attack => attack.Attack)],
            Rows = RowErrorsJson.Join(
                rows, static row => row.Error, (row, place) => row with { Outcomes = [.. attacks.Select(attack => attack.Outcomes[place])] }),
        };
    }
}
