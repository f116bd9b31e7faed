using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Trainers;
using Microsoft.ML.Adversarial.Training;
using Microsoft.ML.Adversarial.Training.Losses;
using Microsoft.ML.Data;

namespace Microsoft.ML;

public static partial class AdversarialCatalog
{
    /// <summary>Trains a network for several classes. Adds PredictedLabel (key), Score (probabilities), Probability and Logits.</summary>
    /// <param name="catalog">The catalog, <c>ml.MulticlassClassification.Trainers</c>.</param>
    /// <param name="network">The architecture; what it leaves open is taken from the data. Default: a multilayer perceptron.</param>
    /// <param name="labelColumnName">The label, a key.</param>
    /// <param name="featureColumnName">The features, a vector of Single of known size; its dimensions are the input shape.</param>
    /// <param name="epochs">Passes over the training rows, at least 1.</param>
    /// <param name="learningRate">Largest learning rate of Adam, above 0.</param>
    public static NeuralNetworkMulticlassTrainer NeuralNetwork(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, NetworkDefinition? network = null,
        string labelColumnName = "Label", string featureColumnName = "Features", int epochs = 10, double learningRate = 0.001) =>
        catalog.NeuralNetwork(Options<NeuralNetworkMulticlassTrainer.Options>(network, labelColumnName, featureColumnName, epochs, learningRate));

    /// <summary>Trains a network for several classes. Adds PredictedLabel (key), Score (probabilities), Probability and Logits.</summary>
    /// <param name="catalog">The catalog, <c>ml.MulticlassClassification.Trainers</c>.</param>
    /// <param name="options">Everything that can be set.</param>
    public static NeuralNetworkMulticlassTrainer NeuralNetwork(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, NeuralNetworkMulticlassTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(CatalogUtils.GetEnvironment(catalog), options);
    }

    /// <summary>
    /// Trains a network for a Boolean label. Adds PredictedLabel (Boolean), Score (log-odds of true), Probability (of true) and Logits.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.BinaryClassification.Trainers</c>.</param>
    /// <param name="network">The architecture; what it leaves open is taken from the data. Default: a multilayer perceptron.</param>
    /// <param name="labelColumnName">The label, a Boolean.</param>
    /// <param name="featureColumnName">The features, a vector of Single of known size; its dimensions are the input shape.</param>
    /// <param name="epochs">Passes over the training rows, at least 1.</param>
    /// <param name="learningRate">Largest learning rate of Adam, above 0.</param>
    public static NeuralNetworkBinaryTrainer NeuralNetwork(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, NetworkDefinition? network = null,
        string labelColumnName = "Label", string featureColumnName = "Features", int epochs = 10, double learningRate = 0.001) =>
        catalog.NeuralNetwork(Options<NeuralNetworkBinaryTrainer.Options>(network, labelColumnName, featureColumnName, epochs, learningRate));

    /// <summary>
    /// Trains a network for a Boolean label. Adds PredictedLabel (Boolean), Score (log-odds of true), Probability (of true) and Logits.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.BinaryClassification.Trainers</c>.</param>
    /// <param name="options">Everything that can be set.</param>
    public static NeuralNetworkBinaryTrainer NeuralNetwork(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, NeuralNetworkBinaryTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(CatalogUtils.GetEnvironment(catalog), options);
    }

    /// <summary>
    /// Trains a network for several classes on adversarial inputs, so that it withstands attacks. Adds the columns that
    /// <c>NeuralNetwork</c> adds. The learning rate stays over the first half of the steps and falls to 0 over the second, with which more
    /// robustness comes of adversarial training than with half a cosine. For other options set the loss in those of <c>NeuralNetwork</c>.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.MulticlassClassification.Trainers</c>.</param>
    /// <param name="loss">The defence: PGD-AT, ALP, TRADES, MART or free adversarial training, with its norm and ε.</param>
    /// <param name="network">The architecture; what it leaves open is taken from the data. Default: a multilayer perceptron.</param>
    /// <param name="hypersphere">Features and weights of the last layer on the unit sphere, with a margin; null for an ordinary last
    /// layer.</param>
    /// <param name="labelColumnName">The label, a key.</param>
    /// <param name="featureColumnName">The features, a vector of Single of known size; its dimensions are the input shape.</param>
    /// <param name="epochs">Passes over the training rows, at least 1.</param>
    /// <param name="learningRate">Largest learning rate of Adam, above 0.</param>
    public static NeuralNetworkMulticlassTrainer AdversarialTraining(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, TrainingLoss loss, NetworkDefinition? network = null,
        HypersphereEmbedding? hypersphere = null, string labelColumnName = "Label", string featureColumnName = "Features", int epochs = 10,
        double learningRate = 0.001)
    {
        var options = Options<NeuralNetworkMulticlassTrainer.Options>(network, labelColumnName, featureColumnName, epochs, learningRate);
        (options.Loss, options.Hypersphere, options.Schedule) = (loss, hypersphere, LearningRateSchedule.ConstantThenLinear);
        return catalog.NeuralNetwork(options);
    }

    /// <summary>
    /// Trains a network for a Boolean label on adversarial inputs, so that it withstands attacks. Adds the columns that
    /// <c>NeuralNetwork</c> adds. The learning rate stays over the first half of the steps and falls to 0 over the second, with which more
    /// robustness comes of adversarial training than with half a cosine. For other options set the loss in those of <c>NeuralNetwork</c>.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.BinaryClassification.Trainers</c>.</param>
    /// <param name="loss">The defence: PGD-AT, ALP, TRADES, MART or free adversarial training, with its norm and ε.</param>
    /// <param name="network">The architecture; what it leaves open is taken from the data. Default: a multilayer perceptron.</param>
    /// <param name="hypersphere">Features and weights of the last layer on the unit sphere, with a margin; null for an ordinary last
    /// layer.</param>
    /// <param name="labelColumnName">The label, a Boolean.</param>
    /// <param name="featureColumnName">The features, a vector of Single of known size; its dimensions are the input shape.</param>
    /// <param name="epochs">Passes over the training rows, at least 1.</param>
    /// <param name="learningRate">Largest learning rate of Adam, above 0.</param>
    public static NeuralNetworkBinaryTrainer AdversarialTraining(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, TrainingLoss loss, NetworkDefinition? network = null,
        HypersphereEmbedding? hypersphere = null, string labelColumnName = "Label", string featureColumnName = "Features", int epochs = 10,
        double learningRate = 0.001)
    {
        var options = Options<NeuralNetworkBinaryTrainer.Options>(network, labelColumnName, featureColumnName, epochs, learningRate);
        (options.Loss, options.Hypersphere, options.Schedule) = (loss, hypersphere, LearningRateSchedule.ConstantThenLinear);
        return catalog.NeuralNetwork(options);
    }

    /// <summary>Trains a network for several classes by defensive distillation. Adds the columns that <c>NeuralNetwork</c> adds.</summary>
    /// <param name="catalog">The catalog, <c>ml.MulticlassClassification.Trainers</c>.</param>
    /// <param name="network">The architecture of teacher and student; what it leaves open is taken from the data. Default: a multilayer
    /// perceptron.</param>
    /// <param name="temperature">T, above 0.</param>
    /// <param name="labelColumnName">The label, a key.</param>
    /// <param name="featureColumnName">The features, a vector of Single of known size; its dimensions are the input shape.</param>
    /// <param name="epochs">Passes over the training rows for each of teacher and student, at least 1.</param>
    public static DefensiveDistillationTrainer DefensiveDistillation(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, NetworkDefinition? network = null, double temperature = 20,
        string labelColumnName = "Label", string featureColumnName = "Features", int epochs = 10)
    {
        var options = Options<DefensiveDistillationTrainer.Options>(network, labelColumnName, featureColumnName, epochs, learningRate: 0.001);
        options.Temperature = temperature;
        return catalog.DefensiveDistillation(options);
    }

    /// <summary>Trains a network for several classes by defensive distillation. Adds the columns that <c>NeuralNetwork</c> adds.</summary>
    /// <param name="catalog">The catalog, <c>ml.MulticlassClassification.Trainers</c>.</param>
    /// <param name="options">Everything that can be set.</param>
    public static DefensiveDistillationTrainer DefensiveDistillation(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, DefensiveDistillationTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(CatalogUtils.GetEnvironment(catalog), options);
    }

    private static TOptions Options<TOptions>(
        NetworkDefinition? network, string labelColumnName, string featureColumnName, int epochs, double learningRate)
        where TOptions : NeuralNetworkOptions, new() => new()
    {
        Network = network ?? NetworkDefinition.MultilayerPerceptron,
        LabelColumnName = labelColumnName,
        FeatureColumnName = featureColumnName,
        Epochs = epochs,
        LearningRate = learningRate,
    };
}
