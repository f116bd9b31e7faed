using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.Trainers;
using Microsoft.ML.Adversarial.Training;

namespace Defences;

/// <summary>What the command line asks for, and how much work that is.</summary>
internal sealed record Settings
{
    public const string Usage = """
        Usage: dotnet run -c Release --project samples/Defences -- [options]
          --train IMAGES LABELS  training data, a pair of IDX files, with --test (default: MNIST)
          --test IMAGES LABELS   test data, a pair of IDX files
          --epsilon E            the budget that adversarial training is for, in L-infinity, pixels from 0 to 1 (default: 0.3)
          --epochs N             passes over the training rows (default: 10)
          --training-rows N      only the first N training rows
          --shifted-copies N     add N copies of the training rows, each moved by up to two pixels (default: 0)
          --network NAME         large (the default), deep, papernot or mlp
          --only TEXT            only the defences whose name contains the text
          --output FILE          where the table goes, as Markdown (default: defences.md)
          --models FOLDER        keep the models as zip files
          --quick                a few of the defences, fewer rows and epochs
          --test-rows N          how many test rows FGSM and PGD-40 attack (default: 10,000)
          --autoattack-rows N    how many test rows AutoAttack attacks (default: 1,000)
          --noisy-labels         instead, SGD, SAM and Fisher-SAM on digits of which 40 % have a random label
          --seed N               seed of every random draw (default: 1)
        """;

    public (string Images, string Labels)? Train { get; private init; }

    public (string Images, string Labels)? Test { get; private init; }

    public double Epsilon { get; private init; } = 0.3;

    public int Epochs { get; private init; } = 10;

    public string NetworkName { get; private init; } = "large";

    public string Only { get; private init; } = "";

    public string OutputFile { get; private init; } = "defences.md";

    public string? ModelFolder { get; private init; }

    public int Seed { get; private init; } = 1;

    public int TrainingRows { get; private init; } = int.MaxValue;

    /// <summary>How many times the training rows are there again, moved by a random pixel or two.</summary>
    public int ShiftedCopies { get; private init; }

    public int TestRows { get; private init; } = 10_000;

    public int AutoAttackRows { get; private init; } = 1_000;

    /// <summary>Whether to measure training on wrong labels instead.</summary>
    public bool NoisyLabels { get; private init; }

    /// <summary>Whether only the defences that the list marks for it are measured.</summary>
    public bool IsShort { get; private init; }

    /// <summary>Test rows for the attacks that look for the smallest perturbation, which take longest.</summary>
    public int SmallestRows { get; private init; } = 200;

    private NetworkDefinition Network => NetworkName switch
    {
        "papernot" => NetworkDefinition.PapernotMnist,
        "mlp" => NetworkDefinition.MultilayerPerceptron,
        "deep" => Deep,
        _ => new NetworkDefinition
        {
            Layers =
            [
                new Conv2dLayer(16, 5), new ReLULayer(), new MaxPool2dLayer(2),
                new Conv2dLayer(32, 5), new ReLULayer(), new MaxPool2dLayer(2),
                new FlattenLayer(), new LinearLayer(256), new ReLULayer(), new LinearLayer(),
            ],
        },
    };

    /// <summary>The network that the authors of TRADES trained on MNIST, with half its channels and without dropout.</summary>
    private static NetworkDefinition Deep { get; } = new()
    {
        Layers =
        [
            new Conv2dLayer(16, 3), new ReLULayer(), new Conv2dLayer(16, 3), new ReLULayer(), new MaxPool2dLayer(2),
            new Conv2dLayer(32, 3), new ReLULayer(), new Conv2dLayer(32, 3), new ReLULayer(), new MaxPool2dLayer(2),
            new FlattenLayer(), new LinearLayer(200), new ReLULayer(), new LinearLayer(200), new ReLULayer(), new LinearLayer(),
        ],
    };

    /// <summary>What all defences have in common.</summary>
    public TOptions Configure<TOptions>(TOptions options)
        where TOptions : NeuralNetworkOptions
    {
        options.Network = Network;
        options.Epochs = Epochs;
        // A tenth of the images, held out, would be missed more than the choice among the last epochs helps.
        options.ValidationFraction = 1.0 / 60;
        options.Patience = Epochs;
        options.Schedule = LearningRateSchedule.ConstantThenLinear;
        return options;
    }

    /// <summary>Reads the command line.</summary>
    /// <returns>The settings, or null where the command line makes no sense.</returns>
    public static Settings? Parse(string[] arguments)
    {
        // Before anything else, so that counts that are given hold wherever they stand.
        var settings = arguments.Contains("--quick")
            ? new Settings
            {
                TrainingRows = 3_000, Epochs = 2, NetworkName = "mlp", Epsilon = 0.1, TestRows = 100, AutoAttackRows = 5, SmallestRows = 10, IsShort = true,
            }
            : new Settings();
        var rest = new Queue<string>(arguments);
        while (rest.TryDequeue(out var option))
        {
            if (option == "--quick")
                continue;
            if (option == "--noisy-labels")
                settings = settings with { NoisyLabels = true };
            else if (Next(settings, option, rest) is { } next)
                settings = next;
            else
                return null;
        }

        return settings.Train is null == settings.Test is null ? settings : null;
    }

    private static Settings? Next(Settings settings, string option, Queue<string> rest)
    {
        if (!rest.TryDequeue(out var value))
            return null;
        return option switch
        {
            "--train" when rest.TryDequeue(out var labels) => settings with { Train = (value, labels) },
            "--test" when rest.TryDequeue(out var labels) => settings with { Test = (value, labels) },
            "--epsilon" when double.TryParse(value, out var epsilon) && epsilon is > 0 and <= 1 => settings with { Epsilon = epsilon },
            "--epochs" when int.TryParse(value, out var epochs) && epochs > 0 => settings with { Epochs = epochs },
            "--training-rows" when int.TryParse(value, out var rows) && rows > 0 => settings with { TrainingRows = rows },
            "--shifted-copies" when int.TryParse(value, out var copies) && copies >= 0 => settings with { ShiftedCopies = copies },
            "--network" when value is "large" or "deep" or "papernot" or "mlp" => settings with { NetworkName = value },
            "--only" => settings with { Only = value },
            "--output" => settings with { OutputFile = value },
            "--models" => settings with { ModelFolder = value },
            "--test-rows" when int.TryParse(value, out var rows) && rows > 0 => settings with { TestRows = rows },
            "--autoattack-rows" when int.TryParse(value, out var rows) && rows > 0 => settings with { AutoAttackRows = rows },
            "--seed" when int.TryParse(value, out var seed) => settings with { Seed = seed },
            _ => null,
        };
    }
}
