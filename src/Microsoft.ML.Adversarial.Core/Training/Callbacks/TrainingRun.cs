using Microsoft.ML.Adversarial.Classifiers;

namespace Microsoft.ML.Adversarial.Training.Callbacks;

/// <summary>A training that callbacks are told of.</summary>
public sealed class TrainingRun
{
    internal TrainingRun(NetworkClassifier classifier, int epochs, long stepsPerEpoch) =>
        (Classifier, Epochs, StepsPerEpoch) = (classifier, epochs, stepsPerEpoch);

    /// <summary>The network that is being trained. Between batches it is in training mode: see <see cref="Evaluate"/>.</summary>
    public NetworkClassifier Classifier { get; }

    /// <summary>Epochs planned.</summary>
    public int Epochs { get; }

    /// <summary>Batches per epoch.</summary>
    public long StepsPerEpoch { get; }

    /// <summary>Epochs that are over. Above 0 when training starts if it continues from a checkpoint.</summary>
    public int EpochsDone { get; internal set; }

    /// <summary>
    /// Which training this is where one trainer makes several networks: "shared" and "teacher" in defensive distillation, which is told of
    /// all. Null for the training whose network is kept.
    /// </summary>
    public string? Stage { get; internal init; }

    /// <summary>Whether a callback asked to stop.</summary>
    public bool IsStopRequested { get; private set; }

    /// <summary>
    /// Ends training after the epoch that is under way, or just ended; the best epoch is kept. Asked before the first epoch, none is
    /// trained.
    /// </summary>
    /// <remarks>
    /// With <see cref="TrainingOptions.CheckpointPath"/>, the same training started again goes on where this one stopped.
    /// </remarks>
    public void RequestStop() => IsStopRequested = true;

    /// <summary>
    /// Looks at the network as it would score and be attacked: in evaluation mode, which is put back afterwards. Gradients by <see
    /// cref="IDifferentiableClassifier.InputGradient"/> leave those of the weights alone.
    /// </summary>
    /// <param name="look">What to do with the network.</param>
    public void Evaluate(Action<NetworkClassifier> look)
    {
        ArgumentNullException.ThrowIfNull(look);
        using var mode = new EvaluationMode(Classifier.Module);
        look(Classifier);
    }

    /// <summary>A file of this training: the path itself, or with the stage before its extension.</summary>
    internal string File(string path) => Stage is null ? path : Path.ChangeExtension(path, Stage + Path.GetExtension(path));

    /// <summary>A folder of this training: the path itself, or one in it that is called like the stage.</summary>
    internal string Folder(string path) => Stage is null ? path : Path.Combine(path, Stage);

    /// <summary>Makes a folder of this training and writes the first file to it, or throws an error that says what the folder is for.</summary>
    internal void OpenFolder(string path, string purpose, Action<string> write)
    {
        var folder = Folder(path);
        try
        {
            Directory.CreateDirectory(folder);
            write(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"'{folder}': expected a folder {purpose}, got: {error.Message} Choose another folder.", error);
        }
    }
}
