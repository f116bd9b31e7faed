using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Settings;

namespace Microsoft.ML.Adversarial.Training.Callbacks;

/// <summary>
/// Saves the network as it is after an epoch, to look at later: the definition as network.json and the weights as epoch-0001.safetensors
/// and so on, or best.safetensors, which <see cref="Network.Load(string, string)"/> reads. Training cannot be continued from these files,
/// which lack the optimiser and all else: <see cref="TrainingOptions.CheckpointPath"/> is for that.
/// </summary>
/// <remarks>Files are replaced as a whole. The stages of distillation have a folder each within this one, such as teacher.</remarks>
public sealed class CheckpointCallback : ITrainingCallback
{
    private const string DefinitionName = "network.json";
    private const string BestName = "best.safetensors";

    private readonly string _folder;
    private readonly int _everyEpochs = 1;

    /// <summary>Saves to a folder.</summary>
    /// <param name="folder">The folder, made if it is missing.</param>
    public CheckpointCallback(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = folder;
    }

    /// <summary>Every how many epochs the network is saved, at least 1; without effect if <see cref="BestOnly"/>. Default 1.</summary>
    public int EveryEpochs
    {
        get => _everyEpochs;
        init => _everyEpochs = SettingRange.Require(value, value >= 1, ">= 1", nameof(EveryEpochs));
    }

    /// <summary>
    /// Whether only the best epoch so far is saved, over the one before, rather than each in a file of its own. Default false.
    /// </summary>
    public bool BestOnly { get; init; }

    /// <inheritdoc/>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void TrainingStarted(TrainingRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        run.OpenFolder(_folder, "to save networks in", folder => run.Classifier.Network!.Definition.Save(Path.Combine(folder, DefinitionName)));
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be written; an earlier one of its name is as it was.</exception>
    public void EpochEnded(TrainingRun run, TrainingEpoch epoch)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(epoch);
        var number = epoch.Progress.Epoch;
        if (BestOnly ? epoch.Progress.IsBest : number % EveryEpochs == 0)
        {
            var name = BestOnly ? BestName : FormattableString.Invariant($"epoch-{number:D4}.safetensors");
            WholeFile.Write(Path.Combine(run.Folder(_folder), name), run.Classifier.Network!.WriteWeights);
        }
    }
}
