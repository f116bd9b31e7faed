using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.Trainers;

namespace Microsoft.ML.Adversarial.TestData;

/// <summary>Views of fruit rows, and networks small enough to be trained in a blink.</summary>
internal static class Fruit
{
    public static NetworkDefinition Network { get; } = new() { Layers = [new LinearLayer(12), new TanhLayer(), new LinearLayer()] };

    public static IDataView Load(MLContext ml, int count, int seed, double noise = 0.25) =>
        ml.Data.LoadFromEnumerable(FruitRow.Create(count, seed, noise));

    /// <summary>Kind, as text, becomes the key Label; Target becomes the key TargetLabel; Code becomes the key CodeLabel.</summary>
    public static IEstimator<ITransformer> Labels(MLContext ml) => ml.Transforms.Conversion.MapValueToKey("Label", "Kind")
        .Append(ml.Transforms.Conversion.MapValueToKey("TargetLabel", "Target"))
        .Append(ml.Transforms.Conversion.MapValueToKey("CodeLabel", "Code"));

    public static IDataView LoadLabelled(MLContext ml, int count, int seed, double noise = 0.25)
    {
        var rows = Load(ml, count, seed, noise);
        return Labels(ml).Fit(rows).Transform(rows);
    }

    public static NeuralNetworkMulticlassTrainer.Options Options(int epochs = 15) =>
        new() { Network = Network, Epochs = epochs, BatchSize = 32, LearningRate = 0.02 };

    public static NeuralNetworkMulticlassTrainer Trainer(MLContext ml, int epochs = 15) =>
        ml.MulticlassClassification.Trainers.NeuralNetwork(Options(epochs));

    /// <summary>A trainer on another column, whose vectors may have dimensions.</summary>
    public static NeuralNetworkMulticlassTrainer TrainerOn(MLContext ml, string featureColumnName, int epochs = 15)
    {
        var options = Options(epochs);
        options.FeatureColumnName = featureColumnName;
        options.Network = Network with { Layers = [new FlattenLayer(), .. Network.Layers] };
        return ml.MulticlassClassification.Trainers.NeuralNetwork(options);
    }

    public static NeuralNetworkBinaryTrainer.Options BinaryOptions(int epochs = 15) =>
        new() { Network = Network, Epochs = epochs, BatchSize = 32, LearningRate = 0.02, LabelColumnName = "IsApple" };

    public static NeuralNetworkBinaryTrainer BinaryTrainer(MLContext ml, int epochs = 15) =>
        ml.BinaryClassification.Trainers.NeuralNetwork(BinaryOptions(epochs));
}
