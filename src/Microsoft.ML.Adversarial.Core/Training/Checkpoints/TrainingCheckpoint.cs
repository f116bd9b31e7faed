using Microsoft.ML.Adversarial.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Checkpoints;

/// <summary>
/// The file that training can be continued from, to the same weights bit for bit. It is replaced as a whole: whenever training is killed,
/// the last complete one is there.
/// </summary>
/// <param name="path">The file, a safetensors file.</param>
/// <param name="training">All that decides what training does, as text: only a checkpoint of the same training is continued.</param>
internal sealed class TrainingCheckpoint(string path, string training)
{
    private const string TrainingName = "training";

    public void Write(Action<CheckpointContent> save)
    {
        using var scope = NewDisposeScope();
        var content = new CheckpointContent(path);
        content.Add(TrainingName, training);
        save(content);
        try
        {
            Safetensors.Write(path, content.Tensors, metadata: null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"Checkpoint '{path}': expected to write it, got: {error.Message} An earlier checkpoint is as it was; training can be continued from it. Free space, or choose another CheckpointPath.",
                error);
        }
    }

    /// <summary>Hands over the content of the file; returns false where there is none.</summary>
    public bool TryRead(Action<CheckpointContent> load)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using var scope = NewDisposeScope();
        var content = new CheckpointContent(path);
        foreach (var (name, value) in Safetensors.Read(path))
        {
            content[name] = value.MoveToOuterDisposeScope();
        }

        if (content.Text(TrainingName) is var other && other != training)
        {
            throw new InvalidOperationException(
                $"Checkpoint '{path}': expected one of this training, got another's. Here: {training}. There: {other}. Go on with the same options and rows, delete the file, or choose another CheckpointPath.");
        }

        load(content);
        return true;
    }
}
