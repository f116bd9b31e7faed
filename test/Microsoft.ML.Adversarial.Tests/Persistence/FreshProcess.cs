using System.Diagnostics;
using System.Reflection;

namespace Microsoft.ML.Adversarial.Persistence;

/// <summary>Runs test/FreshProcess, which applies saved models to saved rows.</summary>
internal static class FreshProcess
{
    private static readonly string Program = typeof(FreshProcess).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == nameof(FreshProcess)).Value!;

    /// <summary>Handles every NAME.zip with NAME.idv of a folder; each gets a NAME.txt.</summary>
    public static void Run(string folder)
    {
        var start = new ProcessStartInfo("dotnet", [Program, folder]) { RedirectStandardError = true };
        // As TestAssembly does: sums depend on the number of threads.
        start.Environment["OMP_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, errors);
    }
}
