using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Losses;

/// <summary>Cross-entropy of the softmax with the labels: ordinary training.</summary>
public sealed record CrossEntropyLoss : TrainingLoss
{
    /// <inheritdoc/>
    public override Tensor Evaluate(nn.Module<Tensor, Tensor> network, Tensor inputs, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(network);
        using var logits = network.call(inputs);
        return nn.functional.cross_entropy(logits, labels);
    }
}
