namespace Microsoft.ML.Adversarial.Tool;

/// <summary>What the process returns, as docs/command-line.md promises.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>A file or what it holds is not as expected.</summary>
    public const int Failure = 1;

    /// <summary>The command line itself is wrong; no file was read.</summary>
    public const int Usage = 2;

    /// <summary>A comparison found that accuracy fell by more than is tolerated.</summary>
    public const int Regression = 3;

    /// <summary>Ctrl+C: 128 + SIGINT, as shells have it.</summary>
    public const int Cancelled = 130;
}
