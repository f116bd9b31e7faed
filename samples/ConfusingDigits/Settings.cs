namespace ConfusingDigits;

/// <summary>What the command line asks for, and how much work that is.</summary>
internal sealed record Settings
{
    public const string Usage = """
        Usage: dotnet run -c Release --project samples/ConfusingDigits -- [options]
          --quick           fewer images and epochs
          --output FOLDER   where the gallery goes, index.html and its pictures (default: confusing-digits)
        """;

    public string OutputFolder { get; private init; } = "confusing-digits";

    public int TrainingRows { get; private init; } = 60_000;

    public int Epochs { get; private init; } = 3;

    public int TestRows { get; private init; } = 10_000;

    /// <summary>Reads the command line.</summary>
    /// <returns>The settings, or null where the command line makes no sense.</returns>
    public static Settings? Parse(string[] arguments)
    {
        var settings = new Settings();
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--quick":
                    settings = settings with { TrainingRows = 6_000, Epochs = 2, TestRows = 200 };
                    break;
                case "--output" when i + 1 < arguments.Length:
                    settings = settings with { OutputFolder = arguments[++i] };
                    break;
                default:
                    return null;
            }
        }

        return settings;
    }
}
