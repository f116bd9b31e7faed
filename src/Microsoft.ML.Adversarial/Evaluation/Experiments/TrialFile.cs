using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>What the folder of an experiment says of a finished trial; written last, so that it vouches for the other files.</summary>
internal sealed record TrialFile
{
    private const int Newest = 1;

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, RespectNullableAnnotations = true,
    };

    public int Version { get; init; } = Newest;

    /// <summary>What decides all that the trial does.</summary>
    public required string Key { get; init; }

    /// <summary>For people who look into the folder, as are the options.</summary>
    public required string Candidate { get; init; }

    public required string Parameters { get; init; }

    public required double TrainingFraction { get; init; }

    public required TimeSpan TrainingTime { get; init; }

    public required TimeSpan EvaluationTime { get; init; }

    public required IReadOnlyDictionary<string, double> Measures { get; init; }

    /// <summary>The hash of the model's file.</summary>
    public required string ModelHash { get; init; }

    /// <summary>The hashes of the evaluations' files.</summary>
    public required IReadOnlyList<string> EvaluationHashes { get; init; }

    /// <summary>The hashes of the files of evaluations with detectors.</summary>
    public required IReadOnlyList<string> SystemHashes { get; init; }

    /// <summary>The hash of this file where it is empty.</summary>
    public string Hash { get; init; } = "";

    public byte[] Bytes() => JsonSerializer.SerializeToUtf8Bytes(this with { Hash = OwnHash() }, Json);

    /// <exception cref="InvalidDataException">It is no such file, of another version, or damaged.</exception>
    public static TrialFile Of(byte[] bytes)
    {
        try
        {
            var file = JsonSerializer.Deserialize<TrialFile>(bytes, Json) ?? throw new InvalidDataException("Expected a trial, got null.");
            return file.Version != Newest ? throw new InvalidDataException($"Expected version {Newest}, got {file.Version}.")
                : file.Hash != file.OwnHash() ? throw new InvalidDataException("Expected what was written, got something else.")
                : file;
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"Expected a trial, got: {error.Message}", error);
        }
    }

    public static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private string OwnHash() => HashOf(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(this with { Hash = "" }, Json)));
}
