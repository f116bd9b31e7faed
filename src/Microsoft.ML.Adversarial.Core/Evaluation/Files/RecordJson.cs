using System.Text.Json;
using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

/// <summary>A record in the file: its head, then rows and outcomes as parallel lists.</summary>
internal static class RecordJson
{
    public static void Write(Utf8JsonWriter json, EvaluationRecord record)
    {
        json.WriteStartObject();
        SuiteRecordJson.Write(json, record);
        SuiteRecordJson.WriteKnown(json, "modelFingerprint", record.ModelFingerprint);
        SuiteRecordJson.WriteKnown(json, "dataFingerprint", record.DataFingerprint);
        json.WriteNumber("rowCount", record.RowCount);
        json.WriteNumber("shardCount", record.ShardCount);
        json.WriteList("shards", record.Shards, static (line, shard) => line.WriteNumberValue(shard));
        json.WriteList("warnings", Flags(record.Warnings), static (line, flag) => line.WriteStringValue(JsonNumbers.CamelCase($"{flag}")));
        DiagnosticJson.Write(json, "probes", record.Probes);
        CurveJson.Write(json, "probedCurve", record.ProbedCurve);
        RowsJson.Write(json, "rows", record.Rows);
        EvaluatedRow[] evaluated = [.. record.Rows.Where(row => row.Error is null)];
        json.WriteStartArray("attacks");
        foreach (var (index, attack) in record.Attacks.Index())
        {
            AttackJson.Write(json, attack, [.. evaluated.Select(row => row.Outcomes[index])]);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static EvaluationRecord Read(JsonField json)
    {
        var rows = RowsJson.Read(json["rows"]);
        var evaluated = rows.Count(row => row.Error is null);
        var attacks = json["attacks"].List(attack => AttackJson.Read(attack, evaluated));
        return new()
        {
            LibraryVersion = json["libraryVersion"].Text(),
            ModelFingerprint = json.Optional("modelFingerprint")?.Text(),
            DataFingerprint = json.Optional("dataFingerprint")?.Text(),
            Suite = json["suite"].Text(),
            Norm = json["norm"].Text(),
            Epsilon = json["epsilon"].Number(),
            Constraints = json["constraints"].Text(),
            Classes = json["classes"].List(static name => name.Text()),
            Seed = json["seed"].Long(),
            BatchSize = json["batchSize"].Integer(),
            RowCount = json["rowCount"].Long(),
            ShardCount = json["shardCount"].Integer(),
            Shards = json["shards"].List(static shard => shard.Integer()),
            IsComplete = json["isComplete"].Truth(),
            AttacksLeftOut = json["attacksLeftOut"].List(static name => name.Text()),
            Warnings = json["warnings"].List(static flag => flag.Choice<RobustnessWarnings>()).Aggregate(RobustnessWarnings.None, static (all, flag) => all | flag),
            Probes = DiagnosticJson.Read(json["probes"]),
            ProbedCurve = json.Optional("probedCurve") is { } curve ? CurveJson.Read(curve) : null,
            Attacks = [.. attacks.Select(attack => attack.Attack)],
            Rows = RowsJson.WithOutcomes(rows, [.. attacks.Select(attack => attack.Outcomes)]),
        };
    }

    private static IEnumerable<RobustnessWarnings> Flags(RobustnessWarnings warnings) =>
        Enum.GetValues<RobustnessWarnings>().Where(flag => flag != RobustnessWarnings.None && warnings.HasFlag(flag));
}
