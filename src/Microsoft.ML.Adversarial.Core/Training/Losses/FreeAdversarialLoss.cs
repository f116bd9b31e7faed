using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Settings;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Losses;

/// <summary>
/// "Free" adversarial training (Shafahi et al. 2019, arXiv:1904.12843, algorithm 1): each batch is used m times in a row, and the gradient
/// of each pass moves the weights down and the perturbation up. As many passes as ordinary training over m times the epochs: divide
/// <c>Epochs</c> by m.
/// </summary>
/// <param name="Norm">Any norm; the paper's is L∞.</param>
/// <param name="Epsilon">Budget and length of a step, above 0, at most the input range, in the units of the features.</param>
public sealed record FreeAdversarialLoss(Norm Norm, double Epsilon) : TrainingLoss
{
    private readonly int _batchReplays = 4;

    /// <summary>m, at least 1. The paper takes 4 to 10. Default 4.</summary>
    public int BatchReplays
    {
        get => _batchReplays;
        init => _batchReplays = SettingRange.Require(value, value >= 1, ">= 1", nameof(BatchReplays));
    }

    internal override int Replays => BatchReplays;

    private AdversarialCrossEntropyLoss Equivalent => new(Norm, Epsilon);

    /// <inheritdoc/>
    public override Tensor Perturb(TrainingStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        if (step.Perturbation is not { } perturbation)
        {
            return step.Inputs.detach().requires_grad_();
        }

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var moved = step.Inputs + perturbation;
        Norm.Around(step.Inputs, Epsilon, step.Classifier.Bounds).Clip_(moved);
        return moved.detach().requires_grad_().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor Evaluate(TrainingStep step) => Equivalent.Evaluate(step);

    internal override void AfterBackward(TrainingStep step)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        if (step.Perturbed.grad is { } gradient)
        {
            var moved = step.Perturbed.detach().clone();
            Norm.Around(step.Inputs, Epsilon, step.Classifier.Bounds).Step_(moved, gradient, Epsilon);
            step.Perturbation = (moved - step.Inputs).MoveToOuterDisposeScope();
        }
    }

    internal override double? RobustAccuracy(NetworkClassifier classifier, TrainingRows rows, CancellationToken cancellation) =>
        Equivalent.RobustAccuracy(classifier, rows, cancellation);

    internal override void Require(NetworkClassifier classifier, TrainingRows rows) => Equivalent.Require(classifier, rows);
}
