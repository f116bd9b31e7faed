using System.Diagnostics;
using Spectre.Console;

namespace Quickstart;

/// <summary>Runs the phases of the program, shows how far each is and how long each took.</summary>
internal sealed class PhaseLog
{
    private readonly List<(string Phase, TimeSpan Time)> _times = [];

    public void Run(string phase, Action<PhaseProgress> work) => Run(phase, progress =>
    {
        work(progress);
        return true;
    });

    public T Run<T>(string phase, Func<PhaseProgress, T> work)
    {
        var watch = Stopwatch.StartNew();
        T result = Console.IsOutputRedirected ? RunWithLines(phase, work) : RunWithBar(phase, work);
        _times.Add((phase, watch.Elapsed));
        return result;
    }

    public void PrintTimes()
    {
        Console.WriteLine();
        foreach ((string phase, TimeSpan time) in _times)
            Console.WriteLine($"{time.TotalSeconds,7:F1} s  {phase}");
        Console.WriteLine($"{_times.Sum(entry => entry.Time.TotalSeconds),7:F1} s  in all, on {Environment.ProcessorCount} processors");
    }

    private static T RunWithBar<T>(string phase, Func<PhaseProgress, T> work) => AnsiConsole.Progress()
        .Columns(
            new TaskDescriptionColumn { Alignment = Justify.Left },
            new ProgressBarColumn(),
            new PercentageColumn(),
            new ElapsedTimeColumn())
        .Start(context =>
        {
            ProgressTask task = context.AddTask(Markup.Escape(phase));
            T result = work(new PhaseProgress(
                share => task.Value = share * task.MaxValue, detail => task.Description = Markup.Escape($"{phase}: {detail}")));
            task.Value = task.MaxValue;
            return result;
        });

    // In a log file bars are noise: a line now and then does.
    private static T RunWithLines<T>(string phase, Func<PhaseProgress, T> work)
    {
        Console.WriteLine(phase);
        var sinceLine = Stopwatch.StartNew();
        return work(new PhaseProgress(
            share =>
            {
                if (sinceLine.Elapsed.TotalSeconds >= 15)
                    PrintLine($"{share:P0}");
            },
            PrintLine));

        void PrintLine(string text)
        {
            Console.WriteLine($"  {text}");
            sinceLine.Restart();
        }
    }
}
