using System.Text;
using Microsoft.ML;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Trainers;
using Microsoft.ML.Adversarial.Training;
using Microsoft.ML.Adversarial.Training.Sharpness;
using Quickstart;

namespace Defences;

/// <summary>Flat minima where they show: training on MNIST digits of which many have a wrong label, with SGD, SAM and Fisher-SAM.</summary>
internal static class NoisyLabels
{
    private const int TrainingRows = 5_000;
    private const int Seeds = 3;
    private const double WrongShare = 0.4;

    private static readonly (string Name, WeightPerturbation? Perturbation)[] Methods =
    [
        ("SGD", null),
        ("SAM, ρ = 0.1", new SharpnessAwareMinimization { Radius = 0.1 }),
        ("SAM, ρ = 0.3", new SharpnessAwareMinimization { Radius = 0.3 }),
        ("Fisher-SAM, γ = 0.1, η = 1", new FisherSharpnessAwareMinimization { Radius = 0.1 }),
        ("Fisher-SAM, γ = 0.3, η = 1", new FisherSharpnessAwareMinimization { Radius = 0.3 }),
    ];

    /// <summary>The accuracies on all test images as a Markdown table, a column per seed.</summary>
    public static string Table(PhaseLog phases)
    {
        var text = new StringBuilder();
        text.AppendLine($"| method | {string.Join(" | ", Enumerable.Range(1, Seeds).Select(seed => $"seed {seed}"))} | mean |");
        text.AppendLine($"|---|{string.Concat(Enumerable.Repeat("---:|", Seeds + 1))}");
        foreach (var (name, perturbation) in Methods)
        {
            double[] accuracies = [.. Enumerable.Range(1, Seeds).Select(seed => phases.Run($"{name}, seed {seed}", _ => Accuracy(perturbation, seed)))];
            text.AppendLine($"| {name} | {string.Join(" | ", accuracies.Append(accuracies.Average()).Select(accuracy => $"{100 * accuracy:F2}"))} |");
        }

        return text.ToString();
    }

    private static double Accuracy(WeightPerturbation? perturbation, int seed)
    {
        var ml = new MLContext(seed);
        var model = ml.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkMulticlassTrainer.Options
        {
            Network = NetworkDefinition.MultilayerPerceptron,
            Optimizer = OptimizerKind.Sgd,
            LearningRate = 0.05,
            Epochs = 40,
            ValidationFraction = 0,
            WeightPerturbation = perturbation,
        }).Fit(Noisy(ml, seed));
        return ml.MulticlassClassification.Evaluate(model.Transform(Mnist.LoadTest(ml))).MicroAccuracy;
    }

    private static IDataView Noisy(MLContext ml, int seed)
    {
        var random = new Random(seed);
        var rows = ml.Data.CreateEnumerable<Digit>(ml.Data.TakeRows(Mnist.LoadTrain(ml), TrainingRows), reuseRowObject: false).ToArray();
        // Keys count from 1 where they are read, and from 0 where a view is made of objects.
        foreach (var row in rows)
            row.Label = random.NextDouble() < WrongShare ? (uint)random.Next(Mnist.Digits) : row.Label - 1;
        return ml.Data.LoadFromEnumerable(rows);
    }
}
