using System.Text.Json;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

/// <summary>A security curve in the file; left out where there is none.</summary>
internal static class CurveJson
{
    public static void Write(Utf8JsonWriter json, string name, SecurityCurve? curve)
    {
        if (curve is null)
        {
            return;
        }

        json.WriteStartObject(name);
        json.WriteString("attack", curve.Attack);
        json.WriteNumber("rowCount", curve.RowCount);
        json.WriteList("epsilon", curve.Points, static (line, point) => line.WriteDouble(point.Epsilon));
        json.WriteList("correct", curve.Points, static (line, point) => line.WriteNumberValue(point.Correct));
        json.WriteList("accuracy", curve.Points, static (line, point) => line.WriteDouble(point.Accuracy));
        json.WriteEndObject();
    }

    public static SecurityCurve Read(JsonField json)
    {
        var budgets = json["epsilon"].List(static value => value.Number());
        var correct = json["correct"].List(budgets.Count, static value => value.Integer());
        var accuracies = json["accuracy"].List(budgets.Count, static value => value.Number());
        return new(
            json["attack"].Text(), json["rowCount"].Integer(),
            [.. budgets.Select((epsilon, place) => new SecurityPoint(epsilon, correct[place], accuracies[place]))]);
    }
}
