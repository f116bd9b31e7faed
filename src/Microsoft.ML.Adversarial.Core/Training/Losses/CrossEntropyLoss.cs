using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Losses;

/// <summary>Cross-entropy of the softmax with the labels: ordinary training.</summary>
public sealed record CrossEntropyLoss : TrainingLoss
{
    /// <inheritdoc/>
    public override Tensor Evaluate(TrainingStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        using var logits = step.Logits(step.Inputs);
        return step.CrossEntropy(logits, step.Labels);
    }
}
