using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Losses;

/// <summary>
/// Adversarial logit pairing, ALP (Kannan et al. 2018, arXiv:1803.06373): the cross-entropy of adversarial inputs, plus λ times the mean
/// squared distance of their logits from those of the clean ones.
/// </summary>
public sealed record AdversarialLogitPairingLoss : PairingLoss
{
    /// <summary>Pairing against PGD with 10 steps of ε/4 from a random start.</summary>
    /// <param name="norm">Any norm.</param>
    /// <param name="epsilon">Budget, above 0, at most the input range, in the units of the features.</param>
    public AdversarialLogitPairingLoss(Norm norm, double epsilon)
        : this(DefaultAttack(norm, epsilon))
    {
    }

    /// <summary>Pairing against any gradient attack that spends a budget.</summary>
    /// <param name="attack">The inner attack.</param>
    public AdversarialLogitPairingLoss(Attack<IDifferentiableClassifier> attack)
        : base(attack, weight: 0.5)
    {
    }

    private protected override Tensor Evaluate(TrainingStep step, Tensor clean, Tensor adversarial)
    {
        var distance = (clean - adversarial).square().sum(1).mean();
        return step.CrossEntropy(adversarial, step.Labels) + (distance * Weight);
    }
}
