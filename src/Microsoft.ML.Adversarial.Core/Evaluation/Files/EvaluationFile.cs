using System.Text.Json;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Networks;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

/// <summary>
/// The JSON file of an evaluation, described in docs/evaluation-file.md: everything that was measured row by row, exactly, and a summary for
/// people and other programs, from which nothing is read back.
/// </summary>
public static class EvaluationFile
{
    private const string Format = "microsoft-ml-adversarial-evaluation";
    private const int Version = 1;

    // The format takes 7; the bound holds against hostile files.
    private const int MaximumDepth = 16;

    /// <summary>Writes an evaluation. The file is written whole or not at all.</summary>
    /// <param name="path">The file, which is replaced if there is one, in a folder that exists.</param>
    /// <param name="metrics">The evaluation.</param>
    /// <exception cref="ArgumentException">The record contradicts itself, such as a row with fewer outcomes than there are attacks.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, RobustnessMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        WholeFile.Write(path, stream => Write(stream, metrics));
    }

    /// <summary>Writes an evaluation.</summary>
    /// <param name="stream">Where to; it stays open.</param>
    /// <param name="metrics">The evaluation.</param>
    /// <exception cref="ArgumentException">The record contradicts itself, such as a row with fewer outcomes than there are attacks.</exception>
    public static void Write(Stream stream, RobustnessMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(metrics);
        if (RecordContradiction.In(metrics.Record) is { } problem)
        {
            throw new ArgumentException(problem, nameof(metrics));
        }

        using Utf8JsonWriter json = new(stream, new() { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteString("format", Format);
        json.WriteNumber("version", Version);
        json.WritePropertyName("summary");
        SummaryJson.Write(json, metrics);
        json.WritePropertyName("record");
        RecordJson.Write(json, metrics.Record);
        json.WriteEndObject();
    }

    /// <summary>Reads what was recorded; metrics are computed from it with <see cref="RobustnessMetrics(EvaluationRecord, double)"/>.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is no evaluation, is truncated, contradicts itself, or is of a newer version.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static EvaluationRecord Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var stream = File.OpenRead(path);
        return Read(stream, path);
    }

    /// <summary>Reads what was recorded; metrics are computed from it with <see cref="RobustnessMetrics(EvaluationRecord, double)"/>.</summary>
    /// <param name="stream">Where from; it is read to its end and stays open.</param>
    /// <exception cref="InvalidDataException">This is no evaluation, is truncated, contradicts itself, or is of a newer version.</exception>
    public static EvaluationRecord Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Read(stream, "the evaluation");
    }

    private static EvaluationRecord Read(Stream stream, string source)
    {
        try
        {
            using var document = JsonDocument.Parse(stream, new() { AllowDuplicateProperties = false, MaxDepth = MaximumDepth });
            JsonField root = new(document.RootElement, source);
            CheckVersion(root, source);
            var record = RecordJson.Read(root["record"]);
            return RecordContradiction.In(record) is { } problem ? throw new InvalidDataException($"{source}: {problem}") : record;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is what System.Text.Json throws for strings that are not valid Unicode.
            throw new InvalidDataException(
                $"{source}: expected the whole of an evaluation in JSON, nested at most {MaximumDepth} deep, got an error: {e.Message}", e);
        }
    }

    // Comes first: a newer version may hold what this one would call wrong.
    private static void CheckVersion(JsonField root, string source)
    {
        var format = root["format"].Text();
        if (format != Format)
        {
            throw new InvalidDataException($"{source}: expected format \"{Format}\", got \"{format}\": this is no evaluation.");
        }

        var version = root["version"].Integer();
        if (version != Version)
        {
            throw new InvalidDataException($"{source}: expected version {Version}, got {version}. "
                + (version > Version ? "The file was written by a newer release: update this library." : "The file is damaged."));
        }
    }
}
