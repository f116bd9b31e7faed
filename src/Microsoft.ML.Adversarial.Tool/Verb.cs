using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary>A subcommand. A new one is a class derived from this and a line in <see cref="AdversarialCommandLine"/>.</summary>
internal abstract class Verb(string name, string description) : System.CommandLine.Command(name, description)
{
    /// <summary>Command lines that work, for the end of the help.</summary>
    public abstract IReadOnlyList<string> Examples { get; }
}

internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    // Lacking required options is no error to someone who asks for help.
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        help.Invoke(parseResult);
        if (parseResult.CommandResult.Command is Verb verb)
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var example in verb.Examples)
            {
                output.WriteLine($"  {example}");
            }
        }

        return ExitCode.Success;
    }
}
