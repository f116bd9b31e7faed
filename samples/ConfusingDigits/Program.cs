// Why does a network take a 5 for a 6 or an 8? Pictures during training, and of what it learnt, as a gallery.

using System.Globalization;
using System.Text;
using ConfusingDigits;
using Microsoft.ML;
using Microsoft.ML.Adversarial.Explanations;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Pictures;
using Microsoft.ML.Adversarial.Trainers;
using Microsoft.ML.Adversarial.Training.Callbacks;
using Microsoft.ML.Adversarial.Transforms;
using Quickstart;

Console.OutputEncoding = Encoding.UTF8;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (Settings.Parse(args) is not { } settings)
{
    Console.Error.WriteLine(Settings.Usage);
    return 2;
}

var ml = new MLContext(seed: 1);
var train = ml.Data.TakeRows(Mnist.LoadTrain(ml), settings.TrainingRows);
var test = ml.Data.TakeRows(Mnist.LoadTest(ml), settings.TestRows);
var trainingFolder = Path.Combine(settings.OutputFolder, "training");
var gallery = new Gallery(settings.OutputFolder);
Directory.CreateDirectory(settings.OutputFolder);

var phases = new PhaseLog();
var model = phases.Run("Train, with pictures", progress => ml.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkMulticlassTrainer.Options
{
    Network = NetworkDefinition.SmallConvNet,
    Epochs = settings.Epochs,
    Progress = progress,
    Callbacks =
    [
        new ConfusingLogitsCallback(trainingFolder) { EveryBatches = 40, Confusion = new() { MinimumLogit = 3 } },
    ],
}).Fit(train));
foreach (var file in Directory.GetFiles(trainingFolder).Order(StringComparer.Ordinal))
    gallery.Add($"training/{Path.GetFileName(file)}", Path.GetFileNameWithoutExtension(file), "Digits that were hard to tell apart while the network learnt.");

var rows = phases.Run("Find confusing digits", _ =>
{
    // No gradients and no moved digits: those take a hundred passes, and only a few of the rows are drawn.
    var columns = ConfusingLogitsColumns.None with { FirstClass = "FirstClass", SecondClass = "SecondClass", LogitGap = "LogitGap" };
    var found = ml.Transforms.ConfusingLogits(model, columns: columns).Fit(test).Transform(test);
    return ml.Data.CreateEnumerable<ConfusingRow>(found, reuseRowObject: false).OrderBy(row => row.LogitGap).ToList();
});
Show(
    "closest", "The closest decisions", "Test digits whose two largest logits are closest, and what each gradient asks for.",
    ConfusionPicture.Of("The closest decisions", model.Model, [.. rows.Take(6)]));

// The pair of classes may come in either order.
var fives = rows.Where(row => row.Digit == 5).ToList();
var chosen = new[] { (5, 6), (5, 8) }.SelectMany(pair => fives.Where(row => row.Pair == pair).Take(2)).ToList();
Show(
    "fives", "The 5 that could be a 6 or an 8", "Red pixels would have to be brighter for the class, blue ones darker.",
    ConfusionPicture.Of("The 5 that could be a 6 or an 8", model.Model, chosen));

// Ordinary ones: neither the most confusing nor the clearest.
var steps = phases.Run("Climb from 5 to 8", _ => AscentPicture.Of(model.Model, [.. fives.Skip(fives.Count / 2).Take(3)], from: 5, to: 8));
Show("ascent", "From 5 to 8, step by step", "Gradient ascent on the logit of 8 turns a 5 into what the network reads as an 8, long before a person would.", steps);

var explained = phases.Run("Explain", _ =>
{
    var few = model.Transform(ml.Data.TakeRows(test, 5));
    var explain = ml.Transforms.InputGradient(model, "Gradient")
        .Append(ml.Transforms.InputGradient(model, "Product", new GradientTimesInput()))
        .Append(ml.Transforms.InputGradient(model, "Integrated", new IntegratedGradients()))
        .Append(ml.Transforms.InputGradient(model, "Smooth", new SmoothGrad()))
        .Append(ml.Transforms.FisherInformation(model, FisherColumns.None with { Sensitivity = "FisherSensitivity" }));
    return ml.Data.CreateEnumerable<ExplainedRow>(explain.Fit(few).Transform(few), reuseRowObject: false).ToList();
});
Show("explained", "Which pixels?", "The same reading, explained in five ways.", ExplanationPicture.Of(explained));

phases.PrintTimes();
Console.WriteLine($"Gallery: {gallery.Save()}");
return 0;

void Show(string name, string heading, string text, PictureGrid picture)
{
    picture.Save(Path.Combine(settings.OutputFolder, $"{name}.png"));
    gallery.Add($"{name}.png", heading, text);
}
