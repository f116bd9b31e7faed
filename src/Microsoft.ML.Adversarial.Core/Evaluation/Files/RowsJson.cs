using System.Text.Json;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

/// <summary>The rows in the file, a list for each of their properties.</summary>
internal static class RowsJson
{
    public static void Write(Utf8JsonWriter json, string name, IReadOnlyList<EvaluatedRow> rows)
    {
        json.WriteStartObject(name);
        json.WriteList("row", rows, static (line, row) => line.WriteNumberValue(row.Row));
        json.WriteList("fingerprint", rows, static (line, row) => line.WriteStringValue(row.Fingerprint));
        json.WriteList("label", rows, static (line, row) => line.WriteNumberValue(row.Label));
        json.WriteList("prediction", rows, static (line, row) => line.WriteNumberValue(row.Prediction));
        RowErrorsJson.Write(json, "errors", rows, static row => row.Error);
        json.WriteEndObject();
    }

    /// <summary>The rows, as yet without outcomes.</summary>
    public static IReadOnlyList<EvaluatedRow> Read(JsonField json)
    {
        var numbers = json["row"].List(static row => row.Long());
        var count = numbers.Count;
        var fingerprints = json["fingerprint"].List(count, static text => text.Text());
        var labels = json["label"].List(count, static label => label.Integer());
        var predictions = json["prediction"].List(count, static prediction => prediction.Integer());
        var errors = RowErrorsJson.Read(json["errors"], count);
        return [.. numbers.Select((number, place) => new EvaluatedRow(
            number, fingerprints[place], labels[place], predictions[place], [], errors[place]))];
    }

    /// <summary>The rows with what each attack did to those that were evaluated, in their order.</summary>
    public static IReadOnlyList<EvaluatedRow> WithOutcomes(IReadOnlyList<EvaluatedRow> rows, IReadOnlyList<IReadOnlyList<RowOutcome>> attacks) =>
        RowErrorsJson.Join(
            rows, static row => row.Error, (row, place) => row with { Outcomes = [.. attacks.Select(outcomes => outcomes[place])] });
}
