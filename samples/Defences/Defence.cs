using Microsoft.ML;
using Microsoft.ML.Adversarial.Trainers;
using Microsoft.ML.Adversarial.Training;

namespace Defences;

/// <summary>A row of the table: a trainer, all else being equal.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Trainer">Makes the trainer from options that hold the architecture, the epochs and the progress.</param>
internal sealed record Defence(
    string Name, Func<MLContext, Settings, IProgress<TrainingProgress>, IEstimator<NeuralNetworkMulticlassTransformer>> Trainer)
{
    /// <summary>A defence that is an option of the ordinary trainer.</summary>
    public static Defence By(string name, Action<NeuralNetworkMulticlassTrainer.Options> configure) => new(name, (ml, settings, progress) =>
    {
        var options = settings.Configure(new NeuralNetworkMulticlassTrainer.Options());
        options.Progress = progress;
        configure(options);
        return ml.MulticlassClassification.Trainers.NeuralNetwork(options);
    });

    /// <summary>Defensive distillation at a temperature.</summary>
    public static Defence Distillation(double temperature) => new($"defensive distillation, T = {temperature}", (ml, settings, progress) =>
    {
        var options = settings.Configure(new DefensiveDistillationTrainer.Options { Temperature = temperature });
        options.Progress = progress;
        return ml.MulticlassClassification.Trainers.DefensiveDistillation(options);
    });
}
