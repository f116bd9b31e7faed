using System.Text.Json;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

/// <summary>Why rows were not evaluated: few, and named by their place among the rows. Lists of what was measured are as long as the others.</summary>
internal static class RowErrorsJson
{
    public static void Write<TRow>(Utf8JsonWriter json, string name, IReadOnlyList<TRow> rows, Func<TRow, string?> error)
    {
        json.WriteStartArray(name);
        foreach (var (place, row) in rows.Index())
        {
            if (error(row) is { } problem)
            {
                json.WriteStartObject();
                json.WriteNumber("place", place);
                json.WriteString("error", problem);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }

    /// <summary>The error of each row, null where there is none.</summary>
    public static string?[] Read(JsonField json, int count)
    {
        var errors = new string?[count];
        foreach (var error in json.List(static error => error))
        {
            var place = error["place"].Integer();
            if (place < 0 || place >= count)
            {
                throw error["place"].Unexpected($"a place from 0 to {count - 1}", $"{place}");
            }

            errors[place] = error["error"].Text();
        }

        return errors;
    }

    /// <summary>The rows, those without an error with what the lists hold at their place among such rows.</summary>
    public static IReadOnlyList<TRow> Join<TRow>(IReadOnlyList<TRow> rows, Func<TRow, string?> error, Func<TRow, int, TRow> withMeasured)
    {
        var place = 0;
        return [.. rows.Select(row => error(row) is null ? withMeasured(row, place++) : row)];
    }
}
