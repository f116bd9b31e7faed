// Certificates say that no attack of a certain size can work. Do they hold? Train for each kind, certify, attack within what is certified.

using System.Globalization;
using System.Text;
using Certificates;
using Microsoft.ML;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.Trainers;
using Microsoft.ML.Adversarial.Training.Losses;
using Microsoft.ML.Data;
using Quickstart;
using TorchSharp;
using static TorchSharp.torch;

Console.OutputEncoding = Encoding.UTF8;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (Settings.Parse(args) is not { } settings)
{
    Console.Error.WriteLine(Settings.Usage);
    return 2;
}

using var scope = NewDisposeScope();
var ml = new MLContext(seed: 1);
var phases = new PhaseLog();
var train = ml.Data.TakeRows(Mnist.LoadTrain(ml), settings.TrainingRows);
var test = ml.Data.TakeRows(Mnist.LoadTest(ml), settings.Rows);
var images = tensor(test.GetColumn<VBuffer<float>>("Features").SelectMany(row => row.DenseValues()).ToArray(), [settings.Rows, 1, Mnist.Size, Mnist.Size]);
var labels = tensor(test.GetColumn<uint>("Label").Select(key => key - 1L).ToArray()); // Keys count from 1.

List<Outcome> outcomes = [];
using (var classifier = Train("Train", NetworkDefinition.MultilayerPerceptron, new CrossEntropyLoss()))
    outcomes.Add(phases.Run("AutoAttack within the radii of the smoothed network", progress => SmoothedRadii.Attack(classifier, images, settings, progress)));

// Bounds grow from layer to layer: few layers are certified best. A tenth more than what is to be certified helps.
var shallow = new NetworkDefinition { Layers = [new FlattenLayer(), new LinearLayer(100), new ReLULayer(), new LinearLayer()] };
using (var classifier = Train("Train with interval bounds", shallow, new IntervalBoundLoss(1.1 * settings.Epsilon)))
    outcomes.Add(phases.Run("AutoAttack within the interval bounds", _ => IntervalBoxes.Attack(classifier, images, labels, settings)));

Console.WriteLine();
Console.WriteLine("| certificate | test rows | certified | within | broken by AutoAttack |");
Console.WriteLine("|---|---|---|---|---|");
foreach (var outcome in outcomes)
    Console.WriteLine($"| {outcome.Kind} | {outcome.Rows:N0} | {outcome.Certified:N0} | {outcome.Radii} | {outcome.Broken} |");
phases.PrintTimes();

var holds = outcomes.All(outcome => outcome.Certified > 0 && outcome.Broken == 0);
Console.WriteLine();
Console.WriteLine(holds ? "No certificate was broken." : "ERROR: a certificate was broken, or nothing was certified.");
return holds ? 0 : 1;

NetworkClassifier Train(string phase, NetworkDefinition definition, TrainingLoss loss) =>
    phases.Run($"{phase} on {settings.TrainingRows:N0} digits", _ => ml.MulticlassClassification.Trainers
        .NeuralNetwork(new NeuralNetworkMulticlassTrainer.Options { Network = definition, Loss = loss, Epochs = settings.Epochs })
        .Fit(train).Model);
