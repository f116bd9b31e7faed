using System.Text.Json;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

/// <summary>What all records under a suite begin with.</summary>
internal static class SuiteRecordJson
{
    public static void Write(Utf8JsonWriter json, SuiteRecord record)
    {
        json.WriteString("libraryVersion", record.LibraryVersion);
        json.WriteString("suite", record.Suite);
        json.WriteString("norm", record.Norm);
        json.WriteDouble("epsilon", record.Epsilon);
        json.WriteString("constraints", record.Constraints);
        json.WriteList("classes", record.Classes, static (line, name) => line.WriteStringValue(name));
        json.WriteNumber("seed", record.Seed);
        json.WriteNumber("batchSize", record.BatchSize);
        json.WriteBoolean("isComplete", record.IsComplete);
        json.WriteList("attacksLeftOut", record.AttacksLeftOut, static (line, name) => line.WriteStringValue(name));
    }

    /// <summary>Writes a text where there is one.</summary>
    public static void WriteKnown(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
