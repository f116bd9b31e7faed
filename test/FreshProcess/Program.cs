using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Adversarial.Evaluation.Experiments;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Trainers;

// "experiment" FOLDER: run an experiment that keeps its trials there, and be killed in the middle of the second.
if (args is ["experiment", var kept])
{
    var context = new MLContext();
    var (train, test) = (FruitExperiment.Train(context), FruitExperiment.Test(context));
    FruitExperiment.Create(context, FruitExperiment.Measured(kept, number =>
    {
        if (number == 2)
            Process.GetCurrentProcess().Kill();
    })).Execute(train, test);
    return;
}

// "training" FOLDER MOMENT NUMBER: train with a checkpoint there, and be killed at a moment that Killer knows.
if (args is ["training", var folder, var moment, var number])
{
    using var killer = new Killer(folder, moment, int.Parse(number));
    CheckpointedFruit.Train(Path.Combine(folder, "checkpoint"), killer);
    return;
}

// For every NAME.zip of a folder: apply that model to the rows of NAME.idv and write what came out to NAME.txt. Nothing is registered.
var ml = new MLContext();
foreach (var model in Directory.EnumerateFiles(args[0], "*.zip"))
{
    var transformer = ml.Model.Load(model, out _);
    var rows = ml.Data.LoadFromBinary(Path.ChangeExtension(model, "idv"));
    File.WriteAllLines(Path.ChangeExtension(model, "txt"), RowText.Of(transformer.Transform(rows)));
}
