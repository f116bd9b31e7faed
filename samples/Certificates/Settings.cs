namespace Certificates;

/// <summary>What the command line asks for, and how much work that is.</summary>
internal sealed record Settings
{
    public const string Usage = """
        Usage: dotnet run -c Release --project samples/Certificates -- [options]
          (none)    both kinds of certificates on 1,000 test digits: a quarter of an hour
          --quick   fewer digits, epochs and samples of noise
        """;

    public int TrainingRows { get; private init; } = 60_000;

    public int Epochs { get; private init; } = 5;

    public int Rows { get; private init; } = 1_000;

    /// <summary>Noisy inputs by which a row is certified, and by which attacked rows are judged.</summary>
    public int Samples { get; private init; } = 1_000;

    /// <summary>Standard deviation of the noise, in pixels from 0 to 1.</summary>
    public double Sigma { get; } = 0.25;

    /// <summary>The L∞ budget that interval bounds are to certify, in pixels from 0 to 1.</summary>
    public double Epsilon { get; } = 0.1;

    /// <summary>Reads the command line.</summary>
    /// <returns>The settings, or null where the command line makes no sense.</returns>
    public static Settings? Parse(string[] arguments) => arguments switch
    {
        [] => new(),
        ["--quick"] => new() { TrainingRows = 7_000, Epochs = 5, Rows = 16, Samples = 200 },
        _ => null,
    };
}
