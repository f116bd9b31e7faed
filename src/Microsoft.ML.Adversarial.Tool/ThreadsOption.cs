using System.CommandLine;
using TorchSharp;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary>How many threads compute, and the thread that they are told to.</summary>
internal sealed class ThreadsOption
{
    private readonly Option<int?> _threads = new("--threads")
    {
        HelpName = "n",
        Description = "Threads that one computation uses. [default: one per core]",
        CustomParser = result => WholeNumber.AtLeastOne(result),
    };

    public void AddTo(Verb verb) => verb.Options.Add(_threads);

    /// <summary>Runs the work away from the caller, who listens for Ctrl+C.</summary>
    public Task<int> Run(ParseResult parsed, Func<int> work) => Task.Run(() =>
    {
        // OpenMP counts threads for each thread that starts them, so it is told here and not before.
        if (parsed.GetValue(_threads) is { } count)
        {
            torch.set_num_threads(count);
        }

        return work();
    });
}
