using System.Text.Json;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

/// <summary>A kind of JSON file: its format and version, a summary for people and other programs, and a record, which alone is read back.</summary>
/// <typeparam name="TRecord">What is recorded.</typeparam>
/// <param name="format">What tells the kind from others.</param>
/// <param name="version">The newest version.</param>
/// <param name="noun">What errors call what it holds, without its article.</param>
internal sealed class RecordFormat<TRecord>(string format, int version, string noun)
    where TRecord : class
{
    // Formats take at most 8; the bound holds against hostile files.
    private const int MaximumDepth = 16;

    /// <summary>What cannot be in a record, in a sentence, or null.</summary>
    public required Func<TRecord, string?> Contradiction { get; init; }

    /// <summary>Writes the value of the record.</summary>
    public required Action<Utf8JsonWriter, TRecord> WriteRecord { get; init; }

    /// <summary>Reads the value of the record.</summary>
    public required Func<JsonField, TRecord> ReadRecord { get; init; }

    /// <summary>Writes a file's whole text; the stream stays open.</summary>
    /// <exception cref="ArgumentException">The record contradicts itself.</exception>
    public void Write(Stream stream, TRecord record, Action<Utf8JsonWriter> writeSummary)
    {
        if (Contradiction(record) is { } problem)
        {
            throw new ArgumentException(problem, "metrics");
        }

        using Utf8JsonWriter json = new(stream, new() { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteString("format", format);
        json.WriteNumber("version", version);
        json.WritePropertyName("summary");
        writeSummary(json);
        json.WritePropertyName("record");
        WriteRecord(json, record);
        json.WriteEndObject();
    }

    /// <summary>Reads the record of the file at a path.</summary>
    /// <exception cref="InvalidDataException">It is no such file, is truncated, contradicts itself, or is of a newer version.</exception>
    public TRecord Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var stream = File.OpenRead(path);
        return Read(stream, path);
    }

    /// <summary>Reads the record; the stream is read to its end and stays open.</summary>
    /// <inheritdoc cref="Read(string)"/>
    public TRecord Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Read(stream, $"the {noun}");
    }

    private TRecord Read(Stream stream, string source)
    {
        try
        {
            using var document = JsonDocument.Parse(stream, new() { AllowDuplicateProperties = false, MaxDepth = MaximumDepth });
            JsonField root = new(document.RootElement, source);
            CheckVersion(root, source);
            var record = ReadRecord(root["record"]);
            return Contradiction(record) is { } problem ? throw new InvalidDataException($"{source}: {problem}") : record;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is what System.Text.Json throws for strings that are not valid Unicode.
            throw new InvalidDataException(
                $"{source}: expected the whole of an {noun} in JSON, nested at most {MaximumDepth} deep, got an error: {e.Message}", e);
        }
    }

    // Comes first: a newer version may hold what this one would call wrong.
    private void CheckVersion(JsonField root, string source)
    {
        var found = root["format"].Text();
        if (found != format)
        {
            throw new InvalidDataException($"{source}: expected format \"{format}\", got \"{found}\": this is no {noun}.");
        }

        var number = root["version"].Integer();
        if (number != version)
        {
            throw new InvalidDataException($"{source}: expected version {version}, got {number}. "
                + (number > version ? "The file was written by a newer release: update this library." : "The file is damaged."));
        }
    }
}
