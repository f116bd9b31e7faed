using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Evaluation.Systems;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Norms;
using Quickstart;

namespace CompareDefences;

/// <summary>What the command line asks for, and how much work that is.</summary>
internal sealed record Settings
{
    public const string Usage = """
        Usage: dotnet run -c Release --project samples/CompareDefences -- [options]
          --quick          a multilayer perceptron, fewer rows and epochs, weaker attacks
          --output FOLDER  where the evaluations go (default: compare-defences)
          --keep FOLDER    keep finished trials there, and go on from those that it holds
          --minutes N      how long the experiment may take (default: as long as it takes)
          --epsilon E      the budget of attacks and of adversarial training, in L-infinity, pixels from 0 to 1 (default: 0.2)
          --seed N         seed of every random draw (default: 1)
        """;

    /// <summary>Rows that trained a network cannot calibrate its detectors.</summary>
    public const int FirstCalibrationRow = 55_000;

    public const double FalsePositiveRate = 0.05;

    public string OutputFolder { get; private init; } = "compare-defences";

    public string? KeptFolder { get; private init; }

    public TimeSpan? Time { get; private init; }

    public double Epsilon { get; private init; } = 0.2;

    public int Seed { get; private init; } = 1;

    public bool IsQuick { get; private init; }

    public int TrainingRows { get; private init; } = FirstCalibrationRow;

    public int TestRows { get; private init; } = 200;

    /// <summary>Rows after those that train, on which detectors are calibrated.</summary>
    public int CalibrationRows { get; private init; } = Mnist.TrainingImages - FirstCalibrationRow;

    /// <summary>Rows on which diagnostics are measured.</summary>
    public int ProbeRows { get; private init; } = 64;

    public int Epochs { get; private init; } = 4;

    /// <summary>Of defensive distillation; as large as the paper's largest.</summary>
    public double Temperature { get; private init; } = 100;

    public NetworkDefinition Network { get; private init; } = NetworkDefinition.SmallConvNet;

    /// <summary>PGD beside AutoAttack shows which models mask their gradients: they look robust to it alone.</summary>
    public AttackSuite Suite => IsQuick
        ? AttackSuite.Quick(Norm.LInfinity, Epsilon)
        : new(
            "AutoAttack and PGD", Norm.LInfinity, Epsilon,
            [
                .. AttackSuite.Standard(Norm.LInfinity, Epsilon).Attacks,
                SuiteAttack.Of(new ProjectedGradientDescent(Norm.LInfinity, Epsilon) { Steps = 40 }),
            ]);

    /// <summary>How detectors are evaluated; the quick ones are too weak to be quoted.</summary>
    public SystemOptions Detection => IsQuick
        ? new() { Seed = Seed, AdaptiveSteps = 20, HalfBudgetAttack = new ProjectedGradientDescent(Norm.LInfinity, Epsilon / 2) }
        : new() { Seed = Seed };

    /// <summary>Reads the command line.</summary>
    /// <returns>The settings, or null where the command line makes no sense.</returns>
    public static Settings? Parse(string[] arguments)
    {
        // Before anything else, so that what is given holds wherever it stands.
        var settings = arguments.Contains("--quick")
            ? new Settings
            {
                IsQuick = true, TrainingRows = 4_000, TestRows = 100, CalibrationRows = 500, ProbeRows = 16, Epochs = 3, Epsilon = 0.1,
                Temperature = 20, Network = NetworkDefinition.MultilayerPerceptron,
            }
            : new Settings();
        var rest = new Queue<string>(arguments.Where(argument => argument != "--quick"));
        while (rest.TryDequeue(out var option))
        {
            if (!rest.TryDequeue(out var value))
                return null;
            switch (option)
            {
                case "--output":
                    settings = settings with { OutputFolder = value };
                    break;
                case "--keep":
                    settings = settings with { KeptFolder = value };
                    break;
                case "--minutes" when double.TryParse(value, out var minutes) && minutes is > 0 and < 20_000:
                    settings = settings with { Time = TimeSpan.FromMinutes(minutes) };
                    break;
                case "--epsilon" when double.TryParse(value, out var epsilon) && epsilon is > 0 and <= 1:
                    settings = settings with { Epsilon = epsilon };
                    break;
                case "--seed" when int.TryParse(value, out var seed):
                    settings = settings with { Seed = seed };
                    break;
                default:
                    return null;
            }
        }

        return settings;
    }
}
