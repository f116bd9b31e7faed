using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary>The root command: which verbs there are, and how what they throw becomes one line and an exit code.</summary>
internal static class AdversarialCommandLine
{
    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments, InvocationConfiguration configuration, CancellationToken cancellation = default)
    {
        configuration.EnableDefaultExceptionHandler = false;
        // A batch ends at its next step once it is cancelled; then the finished rows are written.
        configuration.ProcessTerminationTimeout = TimeSpan.FromMinutes(1);
        try
        {
            var parsed = Create().Parse(arguments);
            return parsed.Action is ParseErrorAction
                ? throw new UsageException($"{Problem(parsed)} Run '{Path(parsed)} --help' to see what it takes.")
                : await parsed.InvokeAsync(configuration, cancellation);
        }
        catch (OperationCanceledException)
        {
            configuration.Error.WriteLine("Cancelled before a row was finished: nothing was written.");
            return ExitCode.Cancelled;
        }
        catch (Exception exception)
        {
            configuration.Error.WriteLine($"error: {ErrorLine.Of(exception)}");
            return exception is UsageException ? ExitCode.Usage : ExitCode.Failure;
        }
    }

    private static RootCommand Create()
    {
        var root = new RootCommand("Attacks, scores, evaluates and compares networks and ML.NET models.")
        {
            new AttackVerb(),
            new ScoreVerb(),
            new TrainVerb(),
            new EvaluateVerb(),
            new MergeVerb(),
            new CompareVerb(),
            new AttacksVerb(),
            new DetectorsVerb(),
        };
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    // The first error of the parser is then that a command is missing.
    private static string Problem(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand && parsed.UnmatchedTokens is [var unknown, ..]
            ? $"Unknown command or option '{unknown}'."
            : parsed.Errors[0].Message;

    private static string Path(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? "adversarial" : $"adversarial {parsed.CommandResult.Command.Name}";
}
