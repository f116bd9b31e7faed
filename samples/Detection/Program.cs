// Which detector sees which attack? Score clean and attacked digits with every detector and write the tables as Markdown.

using System.Globalization;
using System.Text;
using Detection;
using Microsoft.ML;
using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Evaluation;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Trainers;
using Microsoft.ML.Adversarial.Training;
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

var model = settings.ModelToLoad is { } file
    ? phases.Run($"Load {file}", _ => ml.Model.Load(file, out var _))
    : phases.Run($"Train on {settings.TrainingRows:N0} images", Train);
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
