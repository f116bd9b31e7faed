using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.Constraints;
using Microsoft.ML.Adversarial.Attacks.DecisionBased;
using Microsoft.ML.Adversarial.Attacks.RandomSearch;
using Microsoft.ML.Adversarial.Classifiers.Pipelines;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Trees;
using Microsoft.ML.Data;
using TorchSharp;

namespace AttackAnyModel;

/// <summary>Diagnoses by 30 measures: three models, each under attack through its whole chain.</summary>
internal static class BreastCancer
{
    private const int Measures = 30;
    private const double Share = 0.02;

    /// <summary>Trains, attacks and prints.</summary>
    public static void Run()
    {
        var ml = new MLContext(seed: 1);
        var path = Path.Combine(AppContext.BaseDirectory, "data", "breast-cancer.csv");
        var data = ml.Data.LoadFromTextFile(
            path, [new("Measures", DataKind.Single, 0, Measures - 1), new("Diagnosis", DataKind.String, Measures)], separatorChar: ',', hasHeader: true);
        var parts = ml.Data.TrainTestSplit(data, testFraction: 0.3);
        var names = File.ReadLines(path).First().Split(',');

        Console.WriteLine($"Breast cancer, {Measures} measures; each may change by {Share:P0} of its range (L∞), or as little as will do.");
        Console.WriteLine();
        Console.WriteLine("| model | accuracy | under Square, 2 % | smallest change, HopSkipJump | proved smallest |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var (name, trainer) in Trainers(ml))
        {
            var chain = ml.Transforms.Conversion.MapValueToKey("Label", "Diagnosis").Append(trainer);
            Report(ml, name, chain.Fit(parts.TrainSet), parts.TestSet, names);
        }
    }

    private static IEnumerable<(string Name, IEstimator<ITransformer> Trainer)> Trainers(MLContext ml)
    {
        var trainers = ml.MulticlassClassification.Trainers;
        yield return ("LightGBM", trainers.LightGbm(new Microsoft.ML.Trainers.LightGbm.LightGbmMulticlassTrainer.Options
        {
            FeatureColumnName = "Measures", NumberOfIterations = 20, NumberOfThreads = 1,
        }));
        yield return ("FastTree, one against all", trainers.OneVersusAll(ml.BinaryClassification.Trainers.FastTree(featureColumnName: "Measures", numberOfTrees: 20)));
        yield return ("SDCA, normalised", ml.Transforms.NormalizeMinMax("Measures").Append(trainers.SdcaMaximumEntropy(featureColumnName: "Measures")));
    }

    private static void Report(MLContext ml, string name, ITransformer model, IDataView rows, string[] names)
    {
        var classifier = ml.Model.CreatePipelineClassifier(model, rows);
        var constraints = new InputConstraints { EpsilonScale = classifier.Ranges };
        var square = classifier.Attack(rows, new SquareAttack(Norm.LInfinity, Share) { Queries = 1000, Constraints = constraints });
        var smallest = classifier.Attack(
            rows, new HopSkipJumpAttack(Norm.LInfinity, double.PositiveInfinity) { Queries = 500, Constraints = constraints });
        var proved = name.StartsWith("SDCA", StringComparison.Ordinal) ? "" : Proved(ml, classifier, model, rows, constraints);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {square.CleanAccuracy:P1} | {square.RobustAccuracy:P1} | {smallest.MeanSize:P2} of the range | {proved} |"));
        if (proved.Length == 0)
        {
            Console.WriteLine();
            Tell(ml, model, rows, square, names);
        }
    }

    // What no attack can go below, and what an exact search reaches.
    private static string Proved(MLContext ml, PipelineClassifier classifier, ITransformer model, IDataView rows, InputConstraints constraints)
    {
        using var scope = torch.NewDisposeScope();
        var trees = ml.Model.TreesOf(model, classifier.Bounds);
        var search = new MinimalTreeEvasion(Norm.LInfinity, double.PositiveInfinity) { NodeBudget = 20_000, Constraints = constraints };
        var (inputs, labels) = (classifier.Encode(rows), classifier.EncodeLabels(rows));
        var right = trees.Classifier.Logits(inputs).argmax(1).eq(labels).nonzero().flatten();
        var bounds = search.Bound(trees.Classifier, inputs.index_select(0, right), Goal.Misclassify(labels.index_select(0, right)));
        return string.Create(CultureInfo.InvariantCulture, $"{bounds.UpperBounds.Average():P2}, exact for {bounds.IsExact.Count(exact => exact)} of {right.shape[0]} rows");
    }

    private static void Tell(MLContext ml, ITransformer model, IDataView rows, PipelineAttackResult result, string[] names)
    {
        var row = Enumerable.Range(0, result.Succeeded.Count).First(index => result.Succeeded[index] && !result.SucceededBefore[index]);
        var (before, after) = (rows.GetColumn<float[]>("Measures").ElementAt(row), result.Rows.GetColumn<float[]>("Measures").ElementAt(row));
        var predicted = ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(model.Transform(result.Rows)).Transform(model.Transform(result.Rows));
        Console.WriteLine(
            $"Row {row}: {rows.GetColumn<string>("Diagnosis").ElementAt(row)}, read as {predicted.GetColumn<string>("PredictedLabel").ElementAt(row)} once measures change:");
        foreach (var index in Enumerable.Range(0, Measures).OrderByDescending(index => Math.Abs(after[index] - before[index]) / Math.Abs(before[index])).Take(5))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {names[index],-25} {before[index],9:G5} → {after[index]:G5}"));
        }
    }
}
