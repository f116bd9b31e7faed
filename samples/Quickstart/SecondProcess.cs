using System.Diagnostics;

namespace Quickstart;

/// <summary>Starts this program once more, to show that a model file needs nothing but itself.</summary>
internal static class SecondProcess
{
    public static ModelNumbers Load(string modelFile, bool quick)
    {
        string program = Environment.ProcessPath ?? throw new InvalidOperationException("Expected to know the path of this program.");
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };

        // Started as "dotnet Quickstart.dll", the process is dotnet and wants to be told the program again.
        if (Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
            start.ArgumentList.Add(typeof(SecondProcess).Assembly.Location);
        start.ArgumentList.Add("--load");
        start.ArgumentList.Add(Path.GetFullPath(modelFile));
        if (quick)
            start.ArgumentList.Add("--quick"); // As many test images as here.

        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"'{program}' did not start.");
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? ModelNumbers.FromJson(output)
            : throw new InvalidOperationException($"The second process could not load '{modelFile}': exit code {process.ExitCode}.");
    }
}
