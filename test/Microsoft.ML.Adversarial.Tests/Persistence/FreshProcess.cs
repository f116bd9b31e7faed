using System.Diagnostics;
using System.Reflection;

namespace Microsoft.ML.Adversarial.Persistence;

/// <summary>Runs test/FreshProcess, which applies saved models to saved rows, or is killed in the middle of other work.</summary>
internal static class FreshProcess
{
    private static readonly string Program = typeof(FreshProcess).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == nameof(FreshProcess)).Value!;

    /// <summary>Handles every NAME.zip with NAME.idv of a folder; each gets a NAME.txt.</summary>
    public static void Run(string folder)
    {
        var (exitCode, errors) = Run([folder]);
        Assert.AreEqual(0, exitCode, errors);
    }

    /// <summary>Runs the fruit experiment with its trials in a folder, until the process is killed in the middle of the second.</summary>
    public static int RunExperimentUntilKilled(string folder) => Run(["experiment", folder]).ExitCode;

    /// <summary>Trains on fruit with a checkpoint in a folder, until the process is killed at a moment that its Killer knows.</summary>
    public static int RunTrainingUntilKilled(string folder, string moment, int number) =>
        Run(["training", folder, moment, $"{number}"]).ExitCode;

    private static (int ExitCode, string Errors) Run(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments]) { RedirectStandardError = true };
        // As TestAssembly does: sums depend on the number of threads.
        start.Environment["OMP_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors);
    }
}
