using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Settings;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Losses;

/// <summary>
/// Adversarial logit pairing, ALP (Kannan et al. 2018, arXiv:1803.06373): the cross-entropy of adversarial inputs, plus λ times the mean squared
/// distance of their logits from those of the clean ones.
/// </summary>
public sealed record AdversarialLogitPairingLoss : AdversarialLoss
{
    private readonly double _weight = 0.5;

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
        : base(attack)
    {
    }

    /// <summary>λ, at least 0. Default 0.5.</summary>
    public double Weight
    {
        get => _weight;
        init => _weight = SettingRange.Require(value, value is >= 0 and < double.PositiveInfinity, ">= 0 and finite", nameof(Weight));
    }

    /// <inheritdoc/>
    public override Tensor Evaluate(TrainingStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        using var scope = NewDisposeScope();
        var (clean, adversarial) = step.PairedLogits();
        var distance = (clean - adversarial).square().sum(1).mean();
        return (step.CrossEntropy(adversarial, step.Labels) + (distance * Weight)).MoveToOuterDisposeScope();
    }
}
