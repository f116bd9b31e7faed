using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Training;
using Microsoft.ML.Adversarial.Training.Callbacks;
using Microsoft.ML.Adversarial.Training.Losses;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>Adversarial training on fruit, which takes a blink, with all that a checkpoint has to hold.</summary>
internal static class CheckpointedFruit
{
    public const int Epochs = 6;

    /// <summary>Rows without those held out, by the batch size.</summary>
    public const int BatchesPerEpoch = 6;

    /// <summary>Trains, from the checkpoint if there is one, and returns the weights.</summary>
    public static byte[] Train(string? checkpoint, params ITrainingCallback[] callbacks)
    {
        var ml = new MLContext(seed: 4);
        var options = Fruit.Options(Epochs);
        options.Network = new()
        {
            Layers = [new LinearLayer(12), new BatchNorm1dLayer(), new TanhLayer(), new DropoutLayer(0.2), new LinearLayer()],
        };
        options.Loss = new AdversarialCrossEntropyLoss(Norm.LInfinity, 0.1);
        (options.WeightAveraging, options.CheckpointPath, options.Callbacks) = (0.9, checkpoint, callbacks);
        var model = ml.MulticlassClassification.Trainers.NeuralNetwork(options).Fit(Fruit.LoadLabelled(ml, 200, seed: 1));
        using var weights = new MemoryStream();
        model.Model.Network!.WriteWeights(weights);
        return weights.ToArray();
    }
}
