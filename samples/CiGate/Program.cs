// A gate for continuous integration: a model is released only if it is as robust as the one before, up to a tolerance.
// The same without code: adversarial evaluate --json, then adversarial compare, which ends with code 3 on a regression.

using System.Globalization;
using System.Text;
using CiGate;
using Microsoft.ML;
using Microsoft.ML.Adversarial.Evaluation.Files;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Trainers;
using Microsoft.ML.Adversarial.Training.Losses;
using Quickstart;

const int Regression = 3;
Console.OutputEncoding = Encoding.UTF8;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (Settings.Parse(args) is not { } settings)
{
    Console.Error.WriteLine(Settings.Usage);
    return 1;
}

var ml = new MLContext(seed: 1);
var training = ml.Data.Cache(ml.Data.TakeRows(Mnist.LoadTrain(ml), settings.TrainingRows));
var test = ml.Data.TakeRows(Mnist.LoadTest(ml), settings.Rows);
var folder = Directory.CreateTempSubdirectory("ci-gate-");
try
{
    // In a pipeline this file was written when the released model was released.
    var released = Path.Combine(folder.FullName, "released.json");
    EvaluationFile.Write(released, Evaluate(new AdversarialCrossEntropyLoss(Norm.LInfinity, settings.Epsilon), seed: 1));
    if (settings.Candidate is { } only)
    {
        return PassesGate(only) ? 0 : Regression;
    }

    // One that was trained again the same way, and one of which somebody forgot the defence: it is even more accurate, unattacked.
    var asExpected = PassesGate("robust") & !PassesGate("plain");
    Console.WriteLine(asExpected ? "The gate let the robust candidate through and stopped the plain one." : "ERROR: the gate did not do what it is there for.");
    return asExpected ? 0 : 1;

    bool PassesGate(string candidate)
    {
        Console.WriteLine($"Released: trained against PGD, seed 1. Candidate: {(candidate == "robust" ? "trained against PGD, seed 2" : "trained without a defence")}.");
        TrainingLoss loss = candidate == "robust" ? new AdversarialCrossEntropyLoss(Norm.LInfinity, settings.Epsilon) : new CrossEntropyLoss();
        return Gate.Passes(EvaluationFile.Read(released), Evaluate(loss, seed: 2).Record, settings.Tolerance);
    }
}
finally
{
    folder.Delete(recursive: true);
}

RobustnessMetrics Evaluate(TrainingLoss loss, int seed)
{
    var context = new MLContext(seed);
    var model = context.MulticlassClassification.Trainers
        .NeuralNetwork(new NeuralNetworkMulticlassTrainer.Options { Loss = loss, Epochs = settings.Epochs }).Fit(training);
    return context.MulticlassClassification.EvaluateRobustness(model, test, AttackSuite.Quick(Norm.LInfinity, settings.Epsilon));
}
