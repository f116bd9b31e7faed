using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Losses;

/// <summary>
/// Adversarial training as such, PGD-AT (Madry et al. 2018, arXiv:1706.06083, equation 2.1): the cross-entropy of adversarial inputs with
/// their labels.
/// </summary>
public sealed record AdversarialCrossEntropyLoss : AdversarialLoss
{
    /// <summary>Adversarial training against PGD with 10 steps of ε/4 from a random start.</summary>
    /// <param name="norm">Any norm.</param>
    /// <param name="epsilon">Budget, above 0, at most the input range, in the units of the features.</param>
    public AdversarialCrossEntropyLoss(Norm norm, double epsilon)
        : this(DefaultAttack(norm, epsilon))
    {
    }

    /// <summary>Adversarial training against any gradient attack that spends a budget.</summary>
    /// <param name="attack">The inner attack.</param>
    public AdversarialCrossEntropyLoss(Attack<IDifferentiableClassifier> attack)
        : base(attack)
    {
    }

    /// <summary>
    /// Fast adversarial training (Wong et al. 2020, arXiv:2001.03994): one step of 1.25·ε from a random start. It is ten times as fast, and
    /// can fail at once ("catastrophic overfitting"): then a warning says so, and the epoch before is kept.
    /// </summary>
    /// <param name="norm">Any norm; the paper's is L∞.</param>
    /// <param name="epsilon">Budget, above 0, at most the input range, in the units of the features.</param>
    public static AdversarialCrossEntropyLoss Fast(Norm norm, double epsilon) =>
        new(new ProjectedGradientDescent(norm, epsilon) { Steps = 1, StepSize = 1.25 * epsilon });

    /// <inheritdoc/>
    public override Tensor Evaluate(TrainingStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        using var logits = step.Logits(step.Perturbed);
        return step.CrossEntropy(logits, step.Labels);
    }
}
