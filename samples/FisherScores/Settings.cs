namespace FisherScores;

/// <summary>What the command line asks for, and how much work that is.</summary>
internal sealed record Settings
{
    public const string Usage = """
        Usage: dotnet run -c Release --project samples/FisherScores -- [options]
          --quick           fewer training and test images
          --rows NUMBER     test images, scored clean and attacked (default: 1000)
          --output FOLDER   where fisher-scores.png goes (default: the current folder)
        """;

    public string OutputFolder { get; private init; } = ".";

    public int TrainingRows { get; private init; } = 20_000;

    public int TestRows { get; private init; } = 1_000;

    /// <summary>Reads the command line.</summary>
    /// <returns>The settings, or null where the command line makes no sense.</returns>
    public static Settings? Parse(string[] arguments)
    {
        var settings = new Settings();
        for (var i = 0; i < arguments.Length; i++)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--quick":
                    settings = settings with { TrainingRows = 4_000, TestRows = 200 };
                    continue;
                case "--rows" when int.TryParse(value, out var rows) && rows is > 0 and <= 10_000:
                    settings = settings with { TestRows = rows };
                    break;
                case "--output" when value is not null:
                    settings = settings with { OutputFolder = value };
                    break;
                default:
                    return null;
            }

            i++; // The option took the next argument as its value.
        }

        return settings;
    }
}
