namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>Holds a folder for one experiment, for as long as the process lives at most.</summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream _file;

    /// <summary>Makes the folder if need be, takes it, and clears it of what a killed process was writing.</summary>
    /// <exception cref="IOException">It cannot be written, or another experiment is using it.</exception>
    public FolderLock(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
            _file = new(Path.Combine(path, "experiment.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            foreach (var unfinished in Directory.EnumerateFiles(path, "*.tmp"))
            {
                File.Delete(unfinished);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _file?.Dispose();
            throw new IOException(
                $"Folder '{path}': expected one that can be written and that no other experiment is using, got: {error.Message} "
                + "Choose another folder.", error);
        }
    }

    public void Dispose() => _file.Dispose();
}
