using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Training.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

/// <summary>Adversarial training that rises, rather than falls, from one step on.</summary>
/// <param name="Inner">The loss that falls before.</param>
/// <param name="From">The share of all steps that is good.</param>
internal sealed record CollapsingLoss(AdversarialCrossEntropyLoss Inner, double From) : TrainingLoss
{
    public override Tensor Perturb(TrainingStep step) => Inner.Perturb(step);

    public override Tensor Evaluate(TrainingStep step) => step.Done < From ? Inner.Evaluate(step) : Inner.Evaluate(step).neg();

    internal override double? RobustAccuracy(NetworkClassifier classifier, TrainingRows rows, CancellationToken cancellation) =>
        Inner.RobustAccuracy(classifier, rows, cancellation);
}
