// The Fisher-information scores: first on the example of the article that proposed them, then as columns on clean and attacked digits.

using System.Globalization;
using System.Text;
using FisherScores;
using Microsoft.ML;
using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Trainers;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Adversarial.Training;
using Quickstart;

Console.OutputEncoding = Encoding.UTF8;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (Settings.Parse(args) is not { } settings)
{
    Console.Error.WriteLine(Settings.Usage);
    return 2;
}

var agrees = ArticleExample.Print();

var ml = new MLContext(seed: 1);
var train = ml.Data.TakeRows(Mnist.LoadTrain(ml), settings.TrainingRows);
var test = ml.Data.TakeRows(Mnist.LoadTest(ml), settings.TestRows);

Console.WriteLine();
Console.WriteLine($"Training a small conv net on {settings.TrainingRows:N0} digits");
Console.WriteLine();
var model = ml.MulticlassClassification.Trainers
    .NeuralNetwork(new NeuralNetworkMulticlassTrainer.Options
    {
        Network = NetworkDefinition.SmallConvNet,
        Epochs = 2,
        BatchSize = 64,
        LearningRate = 0.003,
        Schedule = LearningRateSchedule.OneCycle,
        ValidationFraction = 0,
    })
    .Append(ml.Transforms.FisherInformation(new FisherColumns { Sensitivity = null })) // All columns but the 784 sensitivities of a row.
    .Fit(train);

RowGroup[] groups =
[
    new("clean", Scored(test)),
    new("FGSM", Scored(Attacked(new FastGradientMethod(Norm.LInfinity, epsilon: 0.1)))),
    new("PGD", Scored(Attacked(new ProjectedGradientDescent(Norm.LInfinity, epsilon: 0.1) { Steps = 20 }))),
];
ScoreTable.Print(groups);

Directory.CreateDirectory(settings.OutputFolder);
var picture = Path.Combine(settings.OutputFolder, "fisher-scores.png");
HistogramPicture.Save(picture, groups);

Console.WriteLine();
DifferenceTable.Print(model.OfType<NeuralNetworkTransformer>().Single().Model, groups);

var inOrder = groups.All(group => group.IsInOrder);
Console.WriteLine();
Console.WriteLine($"Picture: {picture}");
Console.WriteLine(agrees ? "Differences agree with derivatives on the smooth network." : "ERROR: differences and derivatives disagree on a smooth network.");
Console.WriteLine(inOrder ? "Normalised form ≤ top eigenvalue ≤ trace in every row." : "ERROR: a form is above the top eigenvalue or that above the trace.");
return agrees && inOrder ? 0 : 1;

FisherRow[] Scored(IDataView rows) => [.. ml.Data.CreateEnumerable<FisherRow>(model.Transform(rows), reuseRowObject: false)];

// The attack adds AdversarialFeatures. Copied over Features they go through the same model as any other row.
IDataView Attacked(Attack attack) => ml.Transforms.AdversarialAttack(model, attack)
    .Append(ml.Transforms.CopyColumns("Features", "AdversarialFeatures"))
    .Fit(test).Transform(test);
