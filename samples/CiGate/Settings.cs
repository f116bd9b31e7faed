namespace CiGate;

/// <summary>What the command line asks for, and how much work that is.</summary>
internal sealed record Settings
{
    public const string Usage = """
        Usage: dotnet run -c Release --project samples/CiGate -- [options]
          (none)             a candidate that passes the gate and one that does not; ends with 0
          --candidate NAME   only robust or plain, as a pipeline would; ends with 3 if robust accuracy fell by more than is tolerated
          --quick            fewer rows and epochs
        """;

    public string? Candidate { get; private init; }

    public int TrainingRows { get; private init; } = 20_000;

    public int Epochs { get; private init; } = 5;

    public int Rows { get; private init; } = 1_000;

    /// <summary>The budget, in pixels from 0 to 1.</summary>
    public double Epsilon { get; } = 0.1;

    /// <summary>By how much robust accuracy may fall: chance moves that of other weights by a few points.</summary>
    public double Tolerance { get; } = 0.05;

    /// <summary>Reads the command line.</summary>
    /// <returns>The settings, or null where the command line makes no sense.</returns>
    public static Settings? Parse(string[] arguments)
    {
        var settings = arguments.Contains("--quick") ? new Settings { TrainingRows = 3_000, Epochs = 3, Rows = 200 } : new Settings();
        return arguments.Where(argument => argument != "--quick").ToArray() switch
        {
            [] => settings,
            ["--candidate", "robust" or "plain"] rest => settings with { Candidate = rest[1] },
            _ => null,
        };
    }
}
