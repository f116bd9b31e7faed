using Microsoft.ML.Runtime;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>Trains a network for several classes on a key label. See <see cref="Options"/> for what can be set.</summary>
public sealed class NeuralNetworkMulticlassTrainer : MulticlassNetworkTrainer
{
    internal NeuralNetworkMulticlassTrainer(IHostEnvironment environment, Options options)
        : base(environment, nameof(NeuralNetworkMulticlassTrainer), options)
    {
    }

    /// <summary>What can be set.</summary>
    public sealed class Options : NeuralNetworkOptions;
}
