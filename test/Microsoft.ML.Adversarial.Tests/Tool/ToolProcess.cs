using System.Diagnostics;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary>The command line as a process of its own.</summary>
internal static class ToolProcess
{
    public static async Task<CommandLineRun> Run(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(AdversarialCommandLine).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // As TestAssembly does: sums depend on the number of threads.
        start.Environment["OMP_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await error);
    }
}
