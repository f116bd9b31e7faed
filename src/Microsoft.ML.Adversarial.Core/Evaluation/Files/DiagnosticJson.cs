using System.Text.Json;
using Microsoft.ML.Adversarial.Evaluation.Diagnostics;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

/// <summary>Diagnostics in the file.</summary>
internal static class DiagnosticJson
{
    public static void Write(Utf8JsonWriter json, string name, IReadOnlyList<Diagnostic> diagnostics)
    {
        json.WriteStartArray(name);
        foreach (var diagnostic in diagnostics)
        {
            json.WriteStartObject();
            json.WriteString("kind", JsonNumbers.CamelCase($"{diagnostic.Kind}"));
            json.WriteString("outcome", JsonNumbers.CamelCase($"{diagnostic.Outcome}"));
            if (diagnostic.Value is { } value)
            {
                json.WriteDouble("value", value);
            }

            json.WriteString("finding", diagnostic.Finding);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static IReadOnlyList<Diagnostic> Read(JsonField json) => json.List(static diagnostic => new Diagnostic(
        diagnostic["kind"].Choice<DiagnosticKind>(), diagnostic["outcome"].Choice<DiagnosticOutcome>(), diagnostic.Optional("value")?.Number(),
        diagnostic["finding"].Text()));
}
