using Quickstart;

namespace Detection;

/// <summary>What the command line asks for, and how much work that is.</summary>
internal sealed record Settings
{
    public const string Usage = """
        Usage: dotnet run -c Release --project samples/Detection -- [options]
          --model FILE           a saved model whose network to look at, such as the quickstart's (default: train that network)
          --output FILE          where the tables go, as Markdown (default: detection.md)
          --quick                fewer rows and epochs
          --attacked-rows N      how many of the clean test rows are attacked, by each attack (default: 1,000)
          --sensitivity-rows N   rows of each kind for FisherSensitivityNorm, which is slow; at least 99 (default: 500)
          --adaptive EPSILON     instead of the tables: each detector with the network as one system, under PGD with 100 steps and attacks made for it
          --weights FILE         instead of a model: the weights of a preset network, mlp.safetensors or cnn.safetensors
          --only-succeeded       count only attacked rows that are misclassified
          --seed N               seed of every random draw (default: 1)
        """;

    public string? ModelToLoad { get; private init; }

    public string OutputFile { get; private init; } = "detection.md";

    public int Seed { get; private init; } = 1;

    public int TrainingRows { get; private init; } = 55_000;

    public int Epochs { get; private init; } = 4;

    public int BatchSize { get; private init; } = 128;

    /// <summary>Training rows that detectors learn from where they learn.</summary>
    public int ReferenceRows { get; private init; } = 5_000;

    public int CalibrationRows { get; private init; } = 5_000;

    public int TestRows { get; private init; } = 5_000;

    public int AttackedRows { get; private init; } = 1_000;

    public int SensitivityRows { get; private init; } = 500;

    /// <summary>The budget of adaptive attacks; null for the tables of all attacks.</summary>
    public double? AdaptiveEpsilon { get; private init; }

    public string? WeightsToLoad { get; private init; }

    public bool OnlySucceeded { get; private init; }

    /// <summary>Reads the command line.</summary>
    /// <returns>The settings, or null where the command line makes no sense.</returns>
    public static Settings? Parse(string[] arguments)
    {
        // Before anything else, so that counts that are given hold wherever they stand.
        var settings = arguments.Contains("--quick")
            ? new Settings
            {
                TrainingRows = 10_000, Epochs = 1, BatchSize = 64, ReferenceRows = 1_000, CalibrationRows = 500, TestRows = 500,
                AttackedRows = 100, SensitivityRows = 100,
            }
            : new Settings();
        for (var i = 0; i < arguments.Length; i++)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--quick":
                    continue;
                case "--only-succeeded":
                    settings = settings with { OnlySucceeded = true };
                    continue;
                case "--model" when value is not null:
                    settings = settings with { ModelToLoad = value };
                    break;
                case "--adaptive" when double.TryParse(value, out var epsilon) && epsilon > 0:
                    settings = settings with { AdaptiveEpsilon = epsilon };
                    break;
                case "--weights" when value is not null:
                    settings = settings with { WeightsToLoad = value };
                    break;
                case "--output" when value is not null:
                    settings = settings with { OutputFile = value };
                    break;
                case "--attacked-rows" when int.TryParse(value, out var rows) && rows is > 0 and <= Mnist.TestImages / 2:
                    settings = settings with { AttackedRows = rows };
                    break;
                case "--sensitivity-rows" when int.TryParse(value, out var rows) && rows is >= 99 and <= Mnist.TestImages / 2:
                    settings = settings with { SensitivityRows = rows };
                    break;
                case "--seed" when int.TryParse(value, out var seed):
                    settings = settings with { Seed = seed };
                    break;
                default:
                    return null;
            }

            i++; // The option took the next argument as its value.
        }

        return settings;
    }
}
