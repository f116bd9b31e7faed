using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Settings;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Losses;

/// <summary>
/// Misclassification-aware adversarial training, MART (Wang et al. 2020, "Improving adversarial robustness requires revisiting misclassified examples",
/// ICLR, equation 11): −log p_y(x*) − log(1 − max over k ≠ y of p_k(x*)), plus λ·(1 − p_y(x)) times the Kullback-Leibler divergence of the clean
/// prediction from the adversarial one: rows that the network is not sure of count more.
/// </summary>
public sealed record MisclassificationAwareLoss : AdversarialLoss
{
    private const double Smallest = 1e-4;

    private readonly double _weight = 5;

    /// <summary>MART against PGD with 10 steps of ε/4 from a random start.</summary>
    /// <param name="norm">Any norm.</param>
    /// <param name="epsilon">Budget, above 0, at most the input range, in the units of the features.</param>
    public MisclassificationAwareLoss(Norm norm, double epsilon)
        : this(DefaultAttack(norm, epsilon))
    {
    }

    /// <summary>MART against any gradient attack that spends a budget.</summary>
    /// <param name="attack">The inner attack.</param>
    public MisclassificationAwareLoss(Attack<IDifferentiableClassifier> attack)
        : base(attack)
    {
    }

    /// <summary>λ, at least 0. Default 5.</summary>
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
        var index = step.Labels.unsqueeze(1);
        var rivals = adversarial.softmax(1).scatter(1, index, zeros_like(index, adversarial.dtype)).amax([1]);
        // Far from certain rivals the logarithm is that of the definition; at certainty it would be infinite.
        var margin = -(1 - rivals).clamp(min: Smallest).log().mean();
        var probabilities = clean.softmax(1);
        var doubt = 1 - probabilities.gather(1, index).squeeze(1);
        var divergence = (probabilities * (clean.log_softmax(1) - adversarial.log_softmax(1))).sum(1);
        return (step.CrossEntropy(adversarial, step.Labels) + margin + ((divergence * doubt).mean() * Weight)).MoveToOuterDisposeScope();
    }
}
