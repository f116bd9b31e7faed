using Microsoft.ML.Adversarial.Evaluation.Systems;
using Microsoft.ML.Adversarial.Networks;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

/// <summary>
/// The JSON file of an evaluation of a classifier with its detectors, described in docs/evaluation-file.md: everything that was measured row by row,
/// exactly, and a summary for people and other programs, from which nothing is read back.
/// </summary>
public static class SystemFile
{
    private static readonly RecordFormat<SystemRecord> Format = new(
        "microsoft-ml-adversarial-system-evaluation", version: 1, "evaluation of a classifier with its detectors")
    {
        Contradiction = SystemContradiction.In, WriteRecord = SystemRecordJson.Write, ReadRecord = SystemRecordJson.Read,
    };

    /// <summary>Writes an evaluation. The file is written whole or not at all.</summary>
    /// <param name="path">The file, which is replaced if there is one, in a folder that exists.</param>
    /// <param name="metrics">The evaluation.</param>
    /// <exception cref="ArgumentException">The record contradicts itself, such as a row with fewer scores than there are detectors.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, SystemMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        WholeFile.Write(path, stream => Write(stream, metrics));
    }

    /// <summary>Writes an evaluation.</summary>
    /// <param name="stream">Where to; it stays open.</param>
    /// <param name="metrics">The evaluation.</param>
    /// <exception cref="ArgumentException">The record contradicts itself, such as a row with fewer scores than there are detectors.</exception>
    public static void Write(Stream stream, SystemMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(metrics);
        Format.Write(stream, metrics.Record, json => SystemSummaryJson.Write(json, metrics));
    }

    /// <summary>Reads what was recorded; metrics are computed from it with <see cref="SystemMetrics(SystemRecord, double)"/>.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is no such evaluation, is truncated, contradicts itself, or is of a newer version.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SystemRecord Read(string path) => Format.Read(path);

    /// <summary>Reads what was recorded; metrics are computed from it with <see cref="SystemMetrics(SystemRecord, double)"/>.</summary>
    /// <param name="stream">Where from; it is read to its end and stays open.</param>
    /// <exception cref="InvalidDataException">This is no such evaluation, is truncated, contradicts itself, or is of a newer version.</exception>
    public static SystemRecord Read(Stream stream) => Format.Read(stream);
}
