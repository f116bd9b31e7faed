using Microsoft.ML;
using Microsoft.ML.Adversarial.Evaluation.Experiments;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Trainers;
using Microsoft.ML.Adversarial.Training.Losses;

namespace CompareDefences;

/// <summary>The candidates, each with and without a detector.</summary>
internal static class CandidateList
{
    private const string Detector = "Detector";
    private const string Fisher = "Fisher";

    private static readonly SearchSpace WithAndWithout = SearchSpace.Empty.Choice(Detector, "none", Fisher);

    public static void AddTo(RobustnessExperiment experiment, Settings settings) => experiment
        .Add("plain", WithAndWithout, (ml, parameters) => Detected(ml, parameters, ml.MulticlassClassification.Trainers
            .NeuralNetwork(Configure(new NeuralNetworkMulticlassTrainer.Options(), settings))))
        .Add("distilled", WithAndWithout, (ml, parameters) => Detected(ml, parameters, ml.MulticlassClassification.Trainers
            .DefensiveDistillation(Configure(new DefensiveDistillationTrainer.Options { Temperature = settings.Temperature }, settings))))
        .Add("PGD-AT", WithAndWithout, (ml, parameters) => Detected(ml, parameters, ml.MulticlassClassification.Trainers
            .NeuralNetwork(Configure(
                new NeuralNetworkMulticlassTrainer.Options { Loss = new AdversarialCrossEntropyLoss(Norm.LInfinity, settings.Epsilon) }, settings))));

    private static TOptions Configure<TOptions>(TOptions options, Settings settings)
        where TOptions : NeuralNetworkOptions
    {
        options.Network = settings.Network;
        options.Epochs = settings.Epochs;
        options.BatchSize = 64;
        options.ValidationFraction = 0; // The number of epochs is given: nothing is to be chosen on held-out rows.
        return options;
    }

    private static IEstimator<ITransformer> Detected(MLContext ml, TrialParameters parameters, IEstimator<ITransformer> trainer) =>
        parameters.Text(Detector) == Fisher ? trainer.Append(ml.Transforms.FisherTrace()) : trainer;
}
