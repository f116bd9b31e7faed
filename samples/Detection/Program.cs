// Which detector sees which attack? Score clean and attacked digits with every detector and write the tables as Markdown.

using System.Globalization;
using System.Text;
using Detection;
using Microsoft.ML;
using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Evaluation;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Evaluation.Systems;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Trainers;
using Microsoft.ML.Adversarial.Training;
using Microsoft.ML.Data;
using Quickstart;

Console.OutputEncoding = Encoding.UTF8;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // The file is to be the same wherever it is made.
if (Settings.Parse(args) is not { } settings)
{
    Console.Error.WriteLine(Settings.Usage);
    return 2;
}

var ml = new MLContext(settings.Seed);
var phases = new PhaseLog();

// The last 5,000 of the 60,000 training images train neither this network nor the quickstart's: they calibrate.
var images = Mnist.LoadTrain(ml);
var train = ml.Data.TakeRows(images, settings.TrainingRows);
var calibration = ml.Data.SkipRows(images, Mnist.TrainingImages - settings.CalibrationRows);
var test = ml.Data.TakeRows(Mnist.LoadTest(ml), settings.TestRows);

var model = settings.WeightsToLoad is { } weights
    ? PresetModel(weights)
    : settings.ModelToLoad is { } file
    ? phases.Run($"Load {file}", _ => ml.Model.Load(file, out var _))
    : phases.Run($"Train on {settings.TrainingRows:N0} images", Train);
if (settings.AdaptiveEpsilon is { } epsilon)
{
    // Each detector alone with the network: together they would share the false-positive rate.
    List<SystemMetrics> systems = [];
    foreach (var (name, detector) in DetectorList.Adaptive(ml, model))
        systems.Add(phases.Run($"Attack {name}", _ => AttackedWith(detector, epsilon)));
    var adaptive = AdaptiveTable.Markdown(systems);
    File.WriteAllText(settings.OutputFile, adaptive);
    Console.Write(adaptive);
    phases.PrintTimes();
    return 0;
}

var detectors = phases.Run($"Fit the detectors on {settings.ReferenceRows:N0} training images", _ =>
    DetectorList.On(ml, model).Fit(ml.Data.TakeRows(train, settings.ReferenceRows)));

List<AttackedRows> attacked = [];
foreach (var (name, attack) in AttackList.All)
    attacked.Add(phases.Run($"{name}, {settings.AttackedRows:N0} rows", progress => Attacked(name, attack, progress)));

var evaluation = phases.Run("Score all rows", _ => Evaluate(DetectorList.Columns, int.MaxValue));
var sensitivity = phases.Run("Score fewer rows by sensitivity", _ => Evaluate([DetectorList.SensitivityColumn], settings.SensitivityRows));

var accuracy = ml.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy;
var table = DetectionTable.Markdown(attacked, accuracy, settings.TestRows, [.. evaluation.Results, .. sensitivity.Results]);
File.WriteAllText(settings.OutputFile, table);
Console.WriteLine();
Console.Write(table);
phases.PrintTimes();
return 0;

ITransformer Train(PhaseProgress progress) => ml.MulticlassClassification.Trainers
    .NeuralNetwork(new NeuralNetworkMulticlassTrainer.Options
    {
        Network = NetworkDefinition.SmallConvNet,
        Epochs = settings.Epochs,
        LearningRate = 0.003,
        Schedule = LearningRateSchedule.OneCycle,
        BatchSize = settings.BatchSize,
        ValidationFraction = 0, // The number of epochs is known to be right: nothing is to be chosen on held-out rows.
        Progress = progress,
    })
    .Fit(train);

ITransformer PresetModel(string weightsFile)
{
    var definition = Path.GetFileName(weightsFile).StartsWith("mlp", StringComparison.Ordinal)
        ? NetworkDefinition.MultilayerPerceptron
        : NetworkDefinition.SmallConvNet;
    using var stream = File.OpenRead(weightsFile);
    var network = new NetworkClassifier(Network.Load(definition.Bind([1, Mnist.Size, Mnist.Size], Mnist.Digits), stream), InputBounds.Unit);
    return ml.Transforms.NeuralNetwork(network, labelColumnName: "Label").Fit(images);
}

SystemMetrics AttackedWith(IEstimator<ITransformer> detector, double budget)
{
    var reference = model.Transform(ml.Data.TakeRows(train, settings.ReferenceRows));
    var chain = new TransformerChain<ITransformer>(model, detector.Fit(reference));
    var attack = new ProjectedGradientDescent(Norm.LInfinity, budget) { Steps = 100 };

    // Weights of others may have been trained on all training images: the other half of the test images calibrates.
    var clean = settings.WeightsToLoad is null ? calibration : ml.Data.SkipRows(Mnist.LoadTest(ml), Mnist.TestImages / 2);
    return ml.MulticlassClassification.EvaluateRobustDetection(
        chain, ml.Data.TakeRows(test, settings.AttackedRows), clean, new("PGD", Norm.LInfinity, budget, [SuiteAttack.Of(attack)]));
}

AttackedRows Attacked(string name, Attack attack, PhaseProgress progress)
{
    var rows = ml.Data.TakeRows(test, settings.AttackedRows);
    var adversarial = ml.Transforms.AdversarialAttack(model, attack).Fit(rows).Transform(rows);
    var kept = ml.Data.CreateEnumerable<AttackedRow>(adversarial, reuseRowObject: false);
    return new(name, [.. progress.Count(kept, Math.Min(settings.AttackedRows, settings.TestRows))]);
}

DetectionEvaluation Evaluate(string[] columns, int mostRows) => ml.MulticlassClassification.EvaluateDetection(
    Scored(test, mostRows),
    attacked.ToDictionary(attack => attack.Name, attack => Scored(Features(attack), mostRows)),
    columns,
    new()
    {
        CalibrationRows = Scored(calibration, mostRows),
        SucceededColumnName = settings.OnlySucceeded ? nameof(AttackedRow.AttackSucceeded) : null,
        Bootstrap = new() { ResampleCount = 200 },
    });

IDataView Scored(IDataView rows, int mostRows) => detectors.Transform(ml.Data.TakeRows(rows, mostRows));

IDataView Features(AttackedRows attack)
{
    var rows = ml.Data.LoadFromEnumerable(attack.Rows);
    return ml.Transforms.CopyColumns("Features", nameof(AttackedRow.AdversarialFeatures)).Fit(rows).Transform(rows);
}
