using System.CommandLine;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary>What a command line did: it ran in this process, with its output captured.</summary>
internal sealed record CommandLineRun(int ExitCode, string Output, string Error)
{
    public static async Task<CommandLineRun> Of(IEnumerable<string> arguments, CancellationToken cancellation = default)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var configuration = new InvocationConfiguration { Output = output, Error = error };
        // A number of threads set by one test would last for those after it.
        var computes = arguments.FirstOrDefault() is "attack" or "score" or "evaluate" or "train" && !arguments.Contains("--threads");
        string[] all = computes ? [.. arguments, "--threads", "1"] : [.. arguments];
        var exitCode = await AdversarialCommandLine.RunAsync(all, configuration, cancellation);
        return new(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>The same, with arguments that hold no spaces as one text.</summary>
    public static Task<CommandLineRun> Of(string arguments) => Of(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    public void RequireSuccess() => Assert.AreEqual(0, ExitCode, Error);
}
