using System.Security.Cryptography;
using Microsoft.ML.Adversarial.Evaluation.Files;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Evaluation.Systems;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>
/// Keeps finished trials in a folder. Every file is written whole, and the one that vouches for the others last, so that a trial is there or is not,
/// whenever the process ends.
/// </summary>
internal sealed class TrialFolder(string path, RobustnessExperimentSettings settings, string dataFingerprint, IChannel log)
{
    private readonly TrialKeys _keys = new(settings, dataFingerprint);

    /// <summary>The trial as it was kept; null if there is none, or it is damaged.</summary>
    public RobustnessTrial? Find(RobustnessTrial trial)
    {
        var key = _keys.Of(trial.Plan);
        if (!File.Exists(TrialPath(key)))
        {
            return null;
        }

        try
        {
            var file = TrialFile.Of(File.ReadAllBytes(TrialPath(key)));
            if (file.Key != key)
            {
                throw new InvalidDataException($"Expected the trial {key}, got {file.Key}.");
            }

            Require(ModelPath(key), file.ModelHash);
            foreach (var (index, hash) in file.EvaluationHashes.Index())
            {
                Require(EvaluationPath(key, index), hash);
            }

            foreach (var (index, hash) in file.SystemHashes.Index())
            {
                Require(SystemPath(key, index), hash);
            }

            return trial with
            {
                Evaluations =
                [
                    .. file.EvaluationHashes.Select((_, index) => new RobustnessMetrics(
                        EvaluationFile.Read(EvaluationPath(key, index)), settings.Robustness.Confidence)),
                ],
                Systems =
                [
                    .. file.SystemHashes.Select((_, index) => new SystemMetrics(
                        SystemFile.Read(SystemPath(key, index)), settings.Detection!.Options.Confidence)),
                ],
                Measures = file.Measures,
                TrainingTime = file.TrainingTime,
                EvaluationTime = file.EvaluationTime,
                ModelFile = ModelPath(key),
                IsFromFolder = true,
            };
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            log.Warning(MessageSensitivity.None, "'{0}' is of no use, and the trial '{1}' is run again: {2}", TrialPath(key), trial.Plan, error.Message);
            return null;
        }
    }

    /// <summary>Writes a finished trial with its model.</summary>
    /// <returns>The trial with the file of its model; or with a remark why it could not be kept, which is no reason to lose it.</returns>
    public RobustnessTrial Keep(RobustnessTrial trial, MLContext ml, DataViewSchema schema)
    {
        var key = _keys.Of(trial.Plan);
        try
        {
            WholeFile.Write(ModelPath(key), stream => ml.Model.Save(trial.Model, schema, stream));
            foreach (var (index, metrics) in trial.Evaluations.Index())
            {
                EvaluationFile.Write(EvaluationPath(key, index), metrics);
            }

            foreach (var (index, metrics) in trial.Systems.Index())
            {
                SystemFile.Write(SystemPath(key, index), metrics);
            }

            var file = new TrialFile
            {
                Key = key,
                Candidate = trial.Candidate,
                Parameters = trial.Parameters.ToString(),
                TrainingFraction = trial.TrainingFraction,
                TrainingTime = trial.TrainingTime,
                EvaluationTime = trial.EvaluationTime,
                Measures = trial.Measures,
                ModelHash = HashOf(ModelPath(key)),
                EvaluationHashes = [.. trial.Evaluations.Select((_, index) => HashOf(EvaluationPath(key, index)))],
                SystemHashes = [.. trial.Systems.Select((_, index) => HashOf(SystemPath(key, index)))],
            };
            WholeFile.Write(TrialPath(key), stream => stream.Write(file.Bytes()));
            return trial with { ModelFile = ModelPath(key) };
        }
        // Saving runs the code of any transformer.
        catch (Exception error)
        {
            log.Warning(MessageSensitivity.None, "Trial '{0}' cannot be kept in '{1}': {2}", trial.Plan, path, error.Message);
            return trial with { Remark = $"Not kept in the folder: {error.Message}" };
        }
    }

    private string TrialPath(string key) => Path.Combine(path, $"{key}.trial.json");

    private string ModelPath(string key) => Path.Combine(path, $"{key}.zip");

    private string EvaluationPath(string key, int index) => Path.Combine(path, $"{key}.evaluation{index + 1}.json");

    private string SystemPath(string key, int index) => Path.Combine(path, $"{key}.system{index + 1}.json");

    private static void Require(string path, string hash)
    {
        if (HashOf(path) != hash)
        {
            throw new InvalidDataException($"Expected '{path}' as it was written, got something else.");
        }
    }

    private static string HashOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
