using System.Text;
using Microsoft.ML.Adversarial.Networks;

namespace Microsoft.ML.Adversarial.Training.Callbacks;

/// <summary>A text file with a line per epoch, on disk when the epoch is over.</summary>
/// <param name="path">The file; trainings that are a stage of another have their own.</param>
/// <param name="header">The first line, or null for none.</param>
/// <param name="epochOf">The epoch that a line is of, or null if it is of none.</param>
internal sealed class EpochLines(string path, string? header, Func<string, int?> epochOf)
{
    // Null before a training started, and where its file could not be written.
    private string? _file;

    /// <summary>
    /// Begins a file, or keeps what one says of the epochs before a checkpoint: an epoch that was not in it yet is trained again.
    /// </summary>
    public void Start(TrainingRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        _file = null;
        var file = run.File(path);
        try
        {
            var lines = Kept(file, run.EpochsDone);
            var text = string.Concat((header is null ? lines : lines.Prepend(header)).Select(line => line + "\n"));
            WholeFile.Write(file, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"'{file}': expected to write a line per epoch, got: {error.Message} Nothing is written; choose another path.", error);
        }

        _file = file;
    }

    public void Append(string line)
    {
        if (_file is not null)
        {
            File.AppendAllText(_file, line + "\n");
        }
    }

    private IEnumerable<string> Kept(string file, int epochs) =>
        epochs > 0 && File.Exists(file) ? File.ReadAllLines(file).Where(line => epochOf(line) <= epochs) : [];
}
