using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Losses;

/// <summary>What training makes small. A defence is a loss.</summary>
public abstract record TrainingLoss
{
    /// <summary>The mean loss of a batch.</summary>
    /// <param name="network">The network in training mode, from inputs to logits.</param>
    /// <param name="inputs">Shape [N, …].</param>
    /// <param name="labels">Shape [N], Int64.</param>
    /// <returns>A scalar in the graph of the network's parameters.</returns>
    public abstract Tensor Evaluate(nn.Module<Tensor, Tensor> network, Tensor inputs, Tensor labels);
}
