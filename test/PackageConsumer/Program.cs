using Microsoft.ML;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Data;

// A user's whole way with nothing but the package: train, detect, attack, save, load.
var ml = new MLContext(seed: 1);
var random = new Random(1);
var rows = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 300).Select(row => Row.Draw(random, row % 2 == 0)).ToArray());

var scorer = ml.BinaryClassification.Trainers.NeuralNetwork(epochs: 20).Append(ml.Transforms.FisherTrace()).Fit(rows);
var model = scorer.Append(ml.Transforms.AdversarialDetection("FisherTrace", falsePositiveRate: 0.05).Fit(scorer.Transform(rows)));
var accuracy = ml.BinaryClassification.Evaluate(model.Transform(rows)).Accuracy;

var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".zip");
ml.Model.Save(model, rows.Schema, path);
var loaded = ml.Model.Load(path, out _);
File.Delete(path);
var scores = model.Transform(rows).GetColumn<float>("FisherTrace");
var scoresAgain = loaded.Transform(rows).GetColumn<float>("FisherTrace");

var attacked = ml.Transforms.AdversarialAttack(loaded, new FastGradientMethod(Norm.LInfinity, epsilon: 1)).Fit(rows).Transform(rows);
var success = attacked.GetColumn<bool>("AttackSucceeded").Average(succeeded => succeeded ? 1 : 0);

if (accuracy < 0.95 || !scores.SequenceEqual(scoresAgain) || success < 0.5)
{
    Console.Error.WriteLine($"Expected accuracy >= 0.95, equal scores after loading and attack success >= 0.5, got {accuracy} and {success}.");
    return 1;
}

Console.WriteLine("ok");
return 0;

internal sealed class Row
{
    public required bool Label { get; init; }

    [VectorType(4)]
    public required float[] Features { get; init; }

    public static Row Draw(Random random, bool label) => new()
    {
        Label = label,
        Features = [.. Enumerable.Range(0, 4).Select(feature => (float)random.NextDouble() + (label ? 0.4f : -0.4f))],
    };
}
