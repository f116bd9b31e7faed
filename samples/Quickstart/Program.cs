// Train a digit classifier with a detector beside it, attack it, see what the detector notices, save the lot and load it again.

using System.Text;
using Microsoft.ML;
using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Trainers;
using Microsoft.ML.Adversarial.Training;
using Quickstart;

Console.OutputEncoding = Encoding.UTF8;
if (Settings.Parse(args) is not { } settings)
{
    Console.Error.WriteLine(Settings.Usage);
    return 2;
}

var ml = new MLContext(settings.Seed);
IDataView test = ml.Data.TakeRows(Mnist.LoadTest(ml), settings.TestRows);
if (settings.ModelToLoad is not null)
{
    // The second process: nothing is registered, nothing is shared with the first but the file.
    ITransformer loaded = ml.Model.Load(settings.ModelToLoad, out _);
    Console.WriteLine(ModelNumbers.Of(ml, loaded, test, MeasureClean(loaded)).ToJson());
    return 0;
}

var phases = new PhaseLog();

// The detector compares a row with rows that the network has not seen: on its own training rows a network is too sure of itself. So the
// last 5,000 of the 60,000 training images are kept from training.
IDataView images = Mnist.LoadTrain(ml);
IDataView train = ml.Data.TakeRows(images, settings.TrainingRows);
IDataView calibration = ml.Data.SkipRows(images, Mnist.TrainingImages - settings.CalibrationRows);

ITransformer scorer = phases.Run($"Train on {settings.TrainingRows:N0} images", progress => ml.MulticlassClassification.Trainers
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
    .Append(ml.Transforms.FisherTrace()) // Finds the network by the Score column before it.
    .Fit(train));

ITransformer model = phases.Run($"Calibrate the detector on {settings.CalibrationRows:N0} other images", _ => scorer.Append(
    ml.Transforms.AdversarialDetection("FisherTrace", falsePositiveRate: 0.01).Fit(scorer.Transform(calibration))));

Measurement clean = phases.Run($"Score {settings.TestRows:N0} test images", progress => MeasureClean(model, progress));

List<Measurement> attacked = [];
foreach (double epsilon in (double[])[0.1, 0.3])
{
    attacked.Add(MeasureAttack("FGSM", new FastGradientMethod(Norm.LInfinity, epsilon), settings.FastRows));
    attacked.Add(MeasureAttack("PGD-40", new ProjectedGradientDescent(Norm.LInfinity, epsilon) { Steps = 40 }, settings.IteratedRows));
}

Directory.CreateDirectory(settings.OutputFolder);
string picture = Path.Combine(settings.OutputFolder, "quickstart.png");
phases.Run("Draw the picture", _ => AttackPicture.Save(picture, attacked, clean));

string file = Path.Combine(settings.OutputFolder, "model.zip");
ModelNumbers here = ModelNumbers.Of(ml, model, test, clean);
ModelNumbers there = phases.Run("Save, and load in a second process", _ =>
{
    ml.Model.Save(model, test.Schema, file);
    return SecondProcess.Load(file, settings.IsQuick);
});

Report.Print(clean, attacked);
Console.WriteLine($"Picture: {picture}");
Console.WriteLine($"Model:   {file} ({new FileInfo(file).Length / 1024:N0} KiB)");
Console.WriteLine($"This process:   {here}");
Console.WriteLine($"Second process: {there}");
bool agree = here.Agrees(there);
Console.WriteLine(agree ? "The loaded model gives the same numbers." : "ERROR: the loaded model gives other numbers.");
phases.PrintTimes();
return agree ? 0 : 1;

Measurement MeasureClean(ITransformer model, PhaseProgress? progress = null)
{
    var rows = ml.Data.CreateEnumerable<ScoredRow>(model.Transform(test), reuseRowObject: true);
    return Measurement.Of("Clean", epsilon: 0, progress?.Count(rows, settings.TestRows) ?? rows);
}

Measurement MeasureAttack(string name, Attack attack, int count) =>
    phases.Run($"{name}, ε = {attack.ThreatModel.Epsilon}, {count:N0} rows", progress => Attacked(name, attack, count, progress));

Measurement Attacked(string name, Attack attack, int count, PhaseProgress progress)
{
    // The attack adds AdversarialFeatures. Copied over Features they go through the same model as any other row.
    IDataView rows = ml.Data.TakeRows(test, count);
    IDataView adversarial = ml.Transforms.CopyColumns("CleanFeatures", "Features")
        .Append(ml.Transforms.AdversarialAttack(model, attack))
        .Append(ml.Transforms.CopyColumns("Features", "AdversarialFeatures"))
        .Fit(rows).Transform(rows);

    // Rows are attacked and scored in batches while they are read, so everything that is wanted of them is read in one go.
    var scored = ml.Data.CreateEnumerable<AttackedRow>(model.Transform(adversarial), reuseRowObject: true);
    return Measurement.Of(name, attack.ThreatModel.Epsilon, progress.Count(scored, count));
}
