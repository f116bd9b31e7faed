using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Losses;

/// <summary>What training makes small. A defence is a loss.</summary>
public abstract record TrainingLoss
{
    /// <summary>How often each batch is used before the next one, at least 1.</summary>
    internal virtual int Replays => 1;

    /// <summary>What logits are divided by where held-out rows are judged by their cross-entropy.</summary>
    internal virtual double JudgedTemperature => 1;

    /// <summary>The mean loss of a batch.</summary>
    /// <param name="step">The batch and the network in training mode.</param>
    /// <returns>A scalar in the graph of the network's parameters.</returns>
    public abstract Tensor Evaluate(TrainingStep step);

    /// <summary>
    /// The inputs that the loss is taken at, found once a batch, before <see cref="Evaluate"/>. Default: the batch as it is.
    /// </summary>
    /// <param name="step">The batch.</param>
    /// <returns>Shape [N, …].</returns>
    public virtual Tensor Perturb(TrainingStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return step.Inputs;
    }

    /// <summary>
    /// The accuracy on held-out rows under what the loss defends against, judged after every epoch to keep the most robust one; null keeps
    /// the one with the smallest cross-entropy.
    /// </summary>
    /// <param name="classifier">The network in evaluation mode.</param>
    /// <param name="rows">Held-out rows, not too many.</param>
    /// <param name="cancellation">Ends the judgement early.</param>
    internal virtual double? RobustAccuracy(NetworkClassifier classifier, TrainingRows rows, CancellationToken cancellation) => null;

    /// <summary>What the loss learns from the gradient of a batch, before the weights move.</summary>
    internal virtual void AfterBackward(TrainingStep step)
    {
    }

    /// <summary>Throws where the loss cannot work with this network and these rows, before any work is done.</summary>
    internal virtual void Require(NetworkClassifier classifier, TrainingRows rows)
    {
    }
}
