using System.Diagnostics;
using Spectre.Console;

namespace Microsoft.ML.Adversarial.Tool.Writing;

/// <summary>Tells on stderr how many rows are done: a bar on a terminal, a line now and then elsewhere.</summary>
internal static class RowProgress
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(10);

    public static void Run(TextWriter error, string title, int rows, Action<Action<int>> work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        if (!console.Profile.Out.IsTerminal)
        {
            work(Lines(error, title, rows));
            return;
        }

        ProgressColumn[] columns =
            [new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()];
        console.Progress().Columns(columns).Start(context =>
        {
            var task = context.AddTask(Markup.Escape(title), maxValue: rows);
            work(done => task.Value = done);
        });
    }

    private static Action<int> Lines(TextWriter error, string title, int rows)
    {
        var sinceLine = Stopwatch.StartNew();
        return done =>
        {
            if (done == rows || sinceLine.Elapsed >= LineInterval)
            {
                error.WriteLine($"{title}: {done} of {rows} rows");
                sinceLine.Restart();
            }
        };
    }
}
