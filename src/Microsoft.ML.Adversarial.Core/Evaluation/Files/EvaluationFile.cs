using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Networks;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

/// <summary>
/// The JSON file of an evaluation, described in docs/evaluation-file.md: everything that was measured row by row, exactly, and a summary for
/// people and other programs, from which nothing is read back.
/// </summary>
public static class EvaluationFile
{
    private static readonly RecordFormat<EvaluationRecord> Format = new("microsoft-ml-adversarial-evaluation", version: 1, "evaluation")
    {
        Contradiction = RecordContradiction.In, WriteRecord = RecordJson.Write, ReadRecord = RecordJson.Read,
    };

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
        Format.Write(stream, metrics.Record, json => SummaryJson.Write(json, metrics));
    }

    /// <summary>Reads what was recorded; metrics are computed from it with <see cref="RobustnessMetrics(EvaluationRecord, double)"/>.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is no evaluation, is truncated, contradicts itself, or is of a newer version.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static EvaluationRecord Read(string path) => Format.Read(path);

    /// <summary>Reads what was recorded; metrics are computed from it with <see cref="RobustnessMetrics(EvaluationRecord, double)"/>.</summary>
    /// <param name="stream">Where from; it is read to its end and stays open.</param>
    /// <exception cref="InvalidDataException">This is no evaluation, is truncated, contradicts itself, or is of a newer version.</exception>
    public static EvaluationRecord Read(Stream stream) => Format.Read(stream);
}
