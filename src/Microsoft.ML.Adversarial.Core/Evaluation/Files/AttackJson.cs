using System.Text.Json;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

/// <summary>An attack in the file, with what it did to each row that was evaluated.</summary>
internal static class AttackJson
{
    public static void Write(Utf8JsonWriter json, AttackRecord attack, IReadOnlyList<RowOutcome> outcomes)
    {
        json.WriteStartObject();
        json.WriteString("name", attack.Name);
        json.WriteString("settings", attack.Settings);
        json.WriteBoolean("isBlackBox", attack.IsBlackBox);
        json.WriteBoolean("isMinimumNorm", attack.IsMinimumNorm);
        json.WriteStartArray("stages");
        foreach (var (index, stage) in attack.Stages.Index())
        {
            json.WriteStartObject();
            json.WriteString("settings", stage);
            json.WriteBoolean("isBlackBox", attack.StageIsBlackBox[index]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (attack.Queries is { } queries)
        {
            json.WriteNumber("queries", queries);
        }

        json.WriteSeconds("seconds", attack.Time);
        OutcomesJson.Write(json, "outcomes", outcomes);
        json.WriteEndObject();
    }

    public static (AttackRecord Attack, IReadOnlyList<RowOutcome> Outcomes) Read(JsonField json, int rowCount)
    {
        var stages = json["stages"].List(static stage => (Settings: stage["settings"].Text(), IsBlackBox: stage["isBlackBox"].Truth()));
        AttackRecord attack = new(
            json["name"].Text(), json["settings"].Text(), json["isBlackBox"].Truth(), json["isMinimumNorm"].Truth(),
            [.. stages.Select(stage => stage.Settings)], [.. stages.Select(stage => stage.IsBlackBox)], json.Optional("queries")?.Long(),
            json["seconds"].Seconds());
        return (attack, OutcomesJson.Read(json["outcomes"], rowCount));
    }
}
