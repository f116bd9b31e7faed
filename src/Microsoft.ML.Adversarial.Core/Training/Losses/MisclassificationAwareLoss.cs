using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Losses;

/// <summary>
/// Misclassification-aware adversarial training, MART (Wang et al. 2020, "Improving adversarial robustness requires revisiting
/// misclassified examples", ICLR, equation 11): −log p_y(x*) − log(1 − max over k ≠ y of p_k(x*)), plus λ·(1 − p_y(x)) times the
/// Kullback-Leibler divergence of the clean prediction from the adversarial one: rows that the network is not sure of count more.
/// </summary>
public sealed record MisclassificationAwareLoss : PairingLoss
{
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
        : base(attack, weight: 5)
    {
    }

    private protected override Tensor Evaluate(TrainingStep step, Tensor clean, Tensor adversarial)
    {
        var index = step.Labels.unsqueeze(1);
        var rivals = adversarial.detach().scatter(1, index, full_like(index, double.NegativeInfinity, adversarial.dtype)).argmax(1, keepdim: true);
        // 1 − p of the rival is what all others have together: as a difference it would be 0 where the rival is certain.
        var others = adversarial.log_softmax(1).scatter(1, rivals, full_like(rivals, double.NegativeInfinity, adversarial.dtype));
        var margin = -others.logsumexp(1).mean();
        var doubt = 1 - clean.softmax(1).gather(1, index).squeeze(1);
        var divergence = (Divergence(clean, adversarial) * doubt).mean();
        return step.CrossEntropy(adversarial, step.Labels) + margin + (divergence * Weight);
    }
}
