using System.Text.Json;
using Microsoft.ML.Adversarial.Evaluation.Systems;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

/// <summary>The rows of a system in the file, a list for each of their properties; scores of those that were evaluated.</summary>
internal static class SystemRowsJson
{
    public static void Write(Utf8JsonWriter json, string name, IReadOnlyList<SystemRow> rows, IReadOnlyList<string> detectors)
    {
        json.WriteStartObject(name);
        json.WriteList("row", rows, static (line, row) => line.WriteNumberValue(row.Row));
        json.WriteList("label", rows, static (line, row) => line.WriteNumberValue(row.Label));
        json.WriteList("prediction", rows, static (line, row) => line.WriteNumberValue(row.Prediction));
        if (rows.Any(row => row.HoldsAtHalfBudget is not null))
        {
            json.WriteList("holdsAtHalfBudget", rows, static (line, row) =>
            {
                if (row.HoldsAtHalfBudget is { } holds)
                {
                    line.WriteNumberValue(holds ? 1 : 0);
                }
                else
                {
                    line.WriteNullValue();
                }
            });
        }

        RowErrorsJson.Write(json, "errors", rows, static row => row.Error);
        ScoresJson.Write(json, "scores", [.. rows.Where(row => row.Error is null).Select(row => row.Scores)], detectors);
        json.WriteEndObject();
    }

    /// <summary>The rows, as yet without outcomes.</summary>
    public static IReadOnlyList<SystemRow> Read(JsonField json, IReadOnlyList<string> detectors)
    {
        var numbers = json["row"].List(static row => row.Long());
        var count = numbers.Count;
        var labels = json["label"].List(count, static label => label.Integer());
        var predictions = json["prediction"].List(count, static prediction => prediction.Integer());
        var holds = json.Optional("holdsAtHalfBudget")?.List(count, static value => value.OrNull(static bit => bit.Bit()));
        var errors = RowErrorsJson.Read(json["errors"], count);
        var scores = ScoresJson.Read(json["scores"], errors.Count(error => error is null), detectors);
        SystemRow[] rows =
        [
            .. numbers.Select((number, place) => new SystemRow(number, labels[place], predictions[place], [], holds?[place], [], errors[place])),
        ];
        return RowErrorsJson.Join(rows, static row => row.Error, (row, place) => row with { Scores = scores[place] });
    }
}
