namespace Quickstart;

/// <summary>What the command line asks for, and how much work that is.</summary>
internal sealed record Settings
{
    public const string Usage = """
        Usage: dotnet run -c Release --project samples/Quickstart -- [options]
          --quick           fewer training, test and attacked images
          --output FOLDER   where model.zip and quickstart.png go (default: the current folder)
          --seed NUMBER     seed of every random draw (default: 1)
          --load FILE       only load a saved model and print what it gives on the test images, as JSON
        """;

    public bool IsQuick { get; private init; }

    public string OutputFolder { get; private init; } = ".";

    public int Seed { get; private init; } = 1;

    public string? ModelToLoad { get; private init; }

    public int TrainingRows { get; private init; } = 55_000;

    public int CalibrationRows { get; } = 5_000;

    public int Epochs { get; private init; } = 4;

    public int BatchSize { get; private init; } = 128;

    /// <summary>Clean test rows.</summary>
    public int TestRows { get; private init; } = Mnist.TestImages;

    /// <summary>Rows for attacks of one step.</summary>
    public int FastRows { get; private init; } = Mnist.TestImages;

    /// <summary>Rows for attacks of many steps.</summary>
    public int IteratedRows { get; private init; } = 2_000;

    /// <summary>Reads the command line.</summary>
    /// <returns>The settings, or null where the command line makes no sense.</returns>
    public static Settings? Parse(string[] arguments)
    {
        var settings = new Settings();
        for (int i = 0; i < arguments.Length; i++)
        {
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--quick":
                    settings = settings with
                    {
                        IsQuick = true, TrainingRows = 20_000, Epochs = 2, BatchSize = 64,
                        TestRows = 2_000, FastRows = 300, IteratedRows = 300,
                    };
                    continue;
                case "--output" when value is not null:
                    settings = settings with { OutputFolder = value };
                    break;
                case "--seed" when int.TryParse(value, out int seed):
                    settings = settings with { Seed = seed };
                    break;
                case "--load" when value is not null:
                    settings = settings with { ModelToLoad = value };
                    break;
                default:
                    return null;
            }

            i++; // The option took the next argument as its value.
        }

        return settings;
    }
}
