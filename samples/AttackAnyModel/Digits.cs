using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Adversarial.Attacks.DecisionBased;
using Microsoft.ML.Adversarial.Attacks.RandomSearch;
using Microsoft.ML.Adversarial.Classifiers.Pipelines;
using Microsoft.ML.Adversarial.Norms;

namespace AttackAnyModel;

/// <summary>
/// Digits whose pixels trees read: what the Square attack leaves of their accuracy, how little HopSkipJump must change, and how long its
/// questions take, which are as many as it may ask of every row.
/// </summary>
internal static class Digits
{
    private const double Epsilon = 0.1;

    /// <summary>Trains, attacks and prints.</summary>
    public static void Run(int trainingRows, int rows, int squareQueries, int jumpQueries)
    {
        var ml = new MLContext(seed: 1);
        var training = ml.Data.TakeRows(Load(ml, "train"), trainingRows);
        var test = ml.Data.Cache(ml.Data.TakeRows(Load(ml, "t10k"), rows));
        var trainers = ml.MulticlassClassification.Trainers;
        (string Name, IEstimator<ITransformer> Trainer)[] models =
        [
            ("LightGBM", trainers.LightGbm(new Microsoft.ML.Trainers.LightGbm.LightGbmMulticlassTrainer.Options { NumberOfIterations = 50 })),
            ("FastTree, one against all", trainers.OneVersusAll(ml.BinaryClassification.Trainers.FastTree(numberOfTrees: 50))),
        ];
        Console.WriteLine($"{rows} digits of MNIST; Square L∞ {Epsilon}, up to {squareQueries} queries a row; HopSkipJump L∞, {jumpQueries} queries a row.");
        Console.WriteLine();
        Console.WriteLine("| model | accuracy | under Square | its questions | smallest change, HopSkipJump | its questions | seconds | questions a second |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (var (name, trainer) in models)
        {
            var model = trainer.Fit(training);
            var classifier = ml.Model.CreatePipelineClassifier(model, test);
            var square = classifier.Attack(test, new SquareAttack(Norm.LInfinity, Epsilon) { Queries = squareQueries });
            var watch = Stopwatch.StartNew();
            var jump = classifier.Attack(test, new HopSkipJumpAttack(Norm.LInfinity, double.PositiveInfinity) { Queries = jumpQueries });
            var seconds = watch.Elapsed.TotalSeconds;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {square.CleanAccuracy:P1} | {square.RobustAccuracy:P1} | {square.QueryCount:N0} | {jump.MeanSize:F4} | {jump.QueryCount:N0} | {seconds:F0} | {jump.QueryCount / seconds:N0} |"));
        }
    }

    private static IDataView Load(MLContext ml, string name)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "mnist");
        return ml.Data.LoadFromIdx(Path.Combine(folder, $"{name}-images-idx3-ubyte.gz"), Path.Combine(folder, $"{name}-labels-idx1-ubyte.gz"));
    }
}
