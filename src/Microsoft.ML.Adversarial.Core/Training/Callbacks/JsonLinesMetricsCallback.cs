using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.Adversarial.Training.Callbacks;

/// <summary>
/// Writes a JSON object per line and epoch: <c>epoch</c>, <c>trainingLoss</c>, <c>validationLoss</c>, <c>validationAccuracy</c>,
/// <c>robustAccuracy</c>, <c>isBest</c>, <c>learningRate</c>, <c>seconds</c>. A metric that was not measured is null.
/// </summary>
/// <remarks>
/// A loss that is no number is the string "NaN", "Infinity" or "-Infinity". The file is complete after every epoch and can be read
/// meanwhile. A training that continues from a checkpoint adds to it, any other replaces it. The stages of distillation have a file each,
/// such as metrics.teacher.jsonl.
/// </remarks>
public sealed class JsonLinesMetricsCallback : ITrainingCallback
{
    private static readonly JsonSerializerOptions Json =
        new(JsonSerializerDefaults.Web) { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private readonly EpochLines _lines;

    /// <summary>Writes to a file.</summary>
    /// <param name="path">The file, in a folder that exists.</param>
    public JsonLinesMetricsCallback(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _lines = new(path, header: null, EpochOf);
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be written; nothing is written later either.</exception>
    public void TrainingStarted(TrainingRun run) => _lines.Start(run);

    /// <inheritdoc/>
    public void EpochEnded(TrainingRun run, TrainingEpoch epoch) => _lines.Append(JsonSerializer.Serialize(EpochMetrics.Of(epoch), Json));

    private static int? EpochOf(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<EpochMetrics>(line, Json)?.Epoch;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
