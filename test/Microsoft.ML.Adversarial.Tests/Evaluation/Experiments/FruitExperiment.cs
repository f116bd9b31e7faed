using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>An experiment on fruit whose trials take a blink.</summary>
internal static class FruitExperiment
{
    public static SearchSpace Space { get; } = SearchSpace.Empty.LogUniform("LearningRate", 0.001, 0.1).WholeNumber("Epochs", 1, 4);

    public static RobustnessExperimentSettings Settings { get; } = new()
    {
        Suite = new("one", Norm.LInfinity, 0.1, [SuiteAttack.Of(new FastGradientMethod(Norm.LInfinity, 0.1))]),
        Search = new RandomSearch(2),
        Robustness = new() { ProbeRows = 0 },
        Seed = 1,
    };

    /// <summary>Keeps trials in a folder, and is told of each in the middle of it, by number.</summary>
    public static RobustnessExperimentSettings Measured(string? folder, Action<int> measuring)
    {
        var number = 0;
        return Settings with
        {
            Folder = folder,
            Measures =
            [
                new("Nothing", (_, _, _) =>
                {
                    measuring(++number);
                    return 0;
                }),
            ],
        };
    }

    /// <summary>Evaluates models with their detectors too.</summary>
    public static RobustnessExperimentSettings Detecting(MLContext ml) => Settings with
    {
        Detection = new()
        {
            CalibrationRows = Calibration(ml),
            FalsePositiveRate = 0.1,
            Options = new() { AdaptiveSteps = 3, HalfBudgetAttack = new FastGradientMethod(Norm.LInfinity, 0.05) },
        },
    };

    public static IDataView Calibration(MLContext ml) => Fruit.LoadLabelled(ml, 60, seed: 3);

    public static IDataView Train(MLContext ml) => Fruit.LoadLabelled(ml, 90, seed: 1);

    public static IDataView Test(MLContext ml) => Fruit.LoadLabelled(ml, 30, seed: 2, noise: 0.2);

    /// <summary>Two candidates, three trials: one without options, two of another's.</summary>
    public static RobustnessExperiment Create(MLContext ml, RobustnessExperimentSettings? settings = null) =>
        ml.MulticlassClassification.CreateRobustnessExperiment(settings ?? Settings)
            .Add("plain", context => Fruit.Trainer(context, epochs: 2))
            .Add("tuned", Space, Tuned);

    /// <summary>A candidate without a detector and one with: two trials.</summary>
    public static RobustnessExperiment CreateDetecting(MLContext ml, RobustnessExperimentSettings? settings = null) =>
        ml.MulticlassClassification.CreateRobustnessExperiment(settings ?? Detecting(ml))
            .Add("plain", context => Fruit.Trainer(context, epochs: 2))
            .Add("traced", Traced);

    public static IEstimator<ITransformer> Traced(MLContext ml) => Fruit.Trainer(ml, epochs: 2).Append(ml.Transforms.FisherTrace());

    public static IEstimator<ITransformer> Tuned(MLContext ml, TrialParameters parameters)
    {
        var options = Fruit.Options(parameters.WholeNumber("Epochs"));
        options.LearningRate = parameters.Number("LearningRate");
        return ml.MulticlassClassification.Trainers.NeuralNetwork(options);
    }

    /// <summary>The leaderboard, all but the times.</summary>
    public static LeaderboardRow[] Rows(MLContext ml, RobustnessExperimentResult result) =>
    [
        .. ml.Data.CreateEnumerable<LeaderboardRow>(result.ToLeaderboard(ml), reuseRowObject: false)
            .Select(row => row with { TrainingSeconds = 0, EvaluationSeconds = 0 }),
    ];
}
