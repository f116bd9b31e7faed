namespace Microsoft.ML.Adversarial.Evaluation.Reports;

/// <summary>Where a file can be written.</summary>
internal static class WritablePath
{
    /// <summary>Throws unless a file can be written whole: beside it first, and then moved over it.</summary>
    public static void Require(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var problem = Directory.Exists(path) || Path.GetFileName(path).Length == 0 ? "this is a folder. Give the name of a file"
            : !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))) ? "its folder does not exist. Make it first"
            : File.Exists(path) && File.GetAttributes(path).HasFlag(FileAttributes.ReadOnly) ? "this file is read-only. Give another name"
            : null;
        if (problem is not null)
        {
            throw new IOException($"Expected a path that a report can be written to, got '{path}': {problem}.");
        }

        var attempt = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using FileStream stream = new(
                attempt, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException($"Expected a path that a report can be written to, got '{path}': {error.Message}", error);
        }
    }
}
