using System.Text.Json;
using Microsoft.ML.Adversarial.Evaluation.Systems;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

/// <summary>An attack on a system in the file, with what it did to each row that was evaluated.</summary>
internal static class SystemAttackJson
{
    public static void Write(Utf8JsonWriter json, SystemAttackRecord attack, IReadOnlyList<SystemOutcome> outcomes, IReadOnlyList<string> detectors)
    {
        json.WriteStartObject();
        json.WriteString("name", attack.Name);
        json.WriteString("settings", attack.Settings);
        json.WriteBoolean("isBlackBox", attack.IsBlackBox);
        json.WriteBoolean("isMinimumNorm", attack.IsMinimumNorm);
        json.WriteList("evades", attack.Evades, static (line, name) => line.WriteStringValue(name));
        json.WriteSeconds("seconds", attack.Time);
        json.WriteStartObject("outcomes");
        json.WriteList("misclassified", outcomes, static (line, outcome) => line.WriteNumberValue(outcome.IsMisclassified ? 1 : 0));
        json.WriteList("prediction", outcomes, static (line, outcome) => line.WriteNumberValue(outcome.Prediction));
        json.WriteList("size", outcomes, static (line, outcome) => line.WriteDouble(outcome.Size));
        ScoresJson.Write(json, "scores", [.. outcomes.Select(outcome => outcome.Scores)], detectors);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static (SystemAttackRecord Attack, IReadOnlyList<SystemOutcome> Outcomes) Read(
        JsonField json, int rowCount, IReadOnlyList<string> detectors)
    {
        SystemAttackRecord attack = new(
            json["name"].Text(), json["settings"].Text(), json["isBlackBox"].Truth(), json["isMinimumNorm"].Truth(),
            json["evades"].List(static name => name.Text()), json["seconds"].Seconds());
        var outcomes = json["outcomes"];
        var misclassified = outcomes["misclassified"].List(rowCount, static value => value.Bit());
        var predictions = outcomes["prediction"].List(rowCount, static value => value.Integer());
        var sizes = outcomes["size"].List(rowCount, static value => value.Number());
        var scores = ScoresJson.Read(outcomes["scores"], rowCount, detectors);
        return (attack, [.. Enumerable.Range(0, rowCount).Select(
            row => new SystemOutcome(misclassified[row], predictions[row], sizes[row], scores[row]))]);
    }
}
