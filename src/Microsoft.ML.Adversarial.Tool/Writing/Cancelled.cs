namespace Microsoft.ML.Adversarial.Tool.Writing;

/// <summary>The end of a run that Ctrl+C cut short after some rows.</summary>
internal static class Cancelled
{
    public static int Tell(TextWriter error, OutputFile output, int finished, int all)
    {
        error.WriteLine($"Cancelled: the {finished} finished of {all} rows are in '{output.Path}'.");
        return ExitCode.Cancelled;
    }
}
