using System.Text.Json;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

/// <summary>What one attack did to the rows, a list for each property. Lists that hold nothing but nulls are left out.</summary>
internal static class OutcomesJson
{
    private static readonly (string Name, Func<RowOutcome, double> Of)[] Sizes =
    [
        ("l0", static outcome => outcome.Sizes.L0), ("l1", static outcome => outcome.Sizes.L1), ("l2", static outcome => outcome.Sizes.L2),
        ("lInfinity", static outcome => outcome.Sizes.LInfinity),
    ];

    public static void Write(Utf8JsonWriter json, string name, IReadOnlyList<RowOutcome> outcomes)
    {
        json.WriteStartObject(name);
        json.WriteList("misclassified", outcomes, static (line, outcome) => line.WriteNumberValue(outcome.IsMisclassified ? 1 : 0));
        json.WriteList("prediction", outcomes, static (line, outcome) => line.WriteNumberValue(outcome.Prediction));
        foreach (var (norm, size) in Sizes)
        {
            json.WriteList(norm, outcomes, (line, outcome) => line.WriteDouble(size(outcome)));
        }

        // The size in the suite's norm is mostly one of these again.
        if (Sizes.FirstOrDefault(norm => outcomes.All(outcome => AreSameBits(norm.Of(outcome), outcome.Size))).Name is { } same)
        {
            json.WriteString("size", same);
        }
        else
        {
            json.WriteList("size", outcomes, static (line, outcome) => line.WriteDouble(outcome.Size));
        }

        WriteSome(json, "stage", outcomes, static outcome => outcome.Stage);
        WriteSome(json, "survivesRounding", outcomes, static outcome => outcome.SurvivesRounding is { } survives ? (survives ? 1 : 0) : null);
        json.WriteEndObject();
    }

    public static IReadOnlyList<RowOutcome> Read(JsonField json, int count)
    {
        var misclassified = json["misclassified"].List(count, static value => value.Bit());
        var predictions = json["prediction"].List(count, static value => value.Integer());
        var sizes = Sizes.Select(norm => json[norm.Name].List(count, static value => value.Number())).ToArray();
        var size = json["size"] is { IsText: true } same
            ? sizes[Place(same)]
            : json["size"].List(count, static value => value.Number());
        var stages = json.Optional("stage")?.List(count, static value => value.OrNull(static stage => stage.Integer()));
        var survivals = json.Optional("survivesRounding")?.List(count, static value => value.OrNull(static bit => bit.Bit()));
        return [.. Enumerable.Range(0, count).Select(row => new RowOutcome(
            misclassified[row], predictions[row], size[row], new(sizes[0][row], sizes[1][row], sizes[2][row], sizes[3][row]), stages?[row], survivals?[row]))];
    }

    private static int Place(JsonField norm)
    {
        var place = Array.FindIndex(Sizes, size => size.Name == norm.Text());
        return place >= 0
            ? place
            : throw norm.Unexpected($"a list, or one of {string.Join(", ", Sizes.Select(size => size.Name))}", norm.Text());
    }

    private static void WriteSome(Utf8JsonWriter json, string name, IReadOnlyList<RowOutcome> outcomes, Func<RowOutcome, int?> value)
    {
        if (!outcomes.Any(outcome => value(outcome) is not null))
        {
            return;
        }

        json.WriteList(name, outcomes, (line, outcome) =>
        {
            if (value(outcome) is { } number)
            {
                line.WriteNumberValue(number);
            }
            else
            {
                line.WriteNullValue();
            }
        });
    }

    // Zero equals minus zero, which reads back as another text.
    private static bool AreSameBits(double value, double other) => BitConverter.DoubleToInt64Bits(value) == BitConverter.DoubleToInt64Bits(other);
}
