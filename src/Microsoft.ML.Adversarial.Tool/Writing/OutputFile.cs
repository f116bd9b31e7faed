using Microsoft.ML.Adversarial.Networks;

namespace Microsoft.ML.Adversarial.Tool.Writing;

/// <summary>A file that will be written whole at the end, and of which it is known before the work that it can be.</summary>
internal sealed class OutputFile
{
    private OutputFile(string path) => Path = path;

    public string Path { get; }

    /// <exception cref="IOException">The folder is missing or not writable, or the path is a folder.</exception>
    public static OutputFile Require(string path)
    {
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path));
        if (folder is null || Directory.Exists(path))
        {
            throw new IOException($"Expected a path for the output file, got the folder '{path}'. Add a file name.");
        }

        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"Expected a folder for the output '{path}', found none at '{folder}'. Create it.");
        }

        try
        {
            var probe = System.IO.Path.Combine(folder, $"{Guid.NewGuid():N}.tmp");
            using var stream = new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"Expected a writable folder for the output '{path}', got one that is not ({exception.Message}). Choose another.",
                exception);
        }

        return new(path);
    }

    public void Write(Action<Stream> write) => WholeFile.Write(Path, write);
}
