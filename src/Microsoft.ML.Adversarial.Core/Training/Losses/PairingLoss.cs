using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Settings;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Losses;

/// <summary>A loss that holds the predictions for clean and for adversarial inputs together, by a term with a weight.</summary>
public abstract record PairingLoss : AdversarialLoss
{
    private readonly double _weight;

    private protected PairingLoss(Attack<IDifferentiableClassifier> attack, double weight)
        : base(attack) => _weight = weight;

    /// <summary>How much the term counts, at least 0: β of TRADES (default 6), λ of MART (default 5) and of ALP (default 0.5).</summary>
    public double Weight
    {
        get => _weight;
        init => _weight = SettingRange.Require(value, value is >= 0 and < double.PositiveInfinity, ">= 0 and finite", nameof(Weight));
    }

    /// <inheritdoc/>
    public sealed override Tensor Evaluate(TrainingStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        using var scope = NewDisposeScope();
        return Evaluate(step, step.Logits(step.Inputs), step.Logits(step.Perturbed)).MoveToOuterDisposeScope();
    }

    /// <summary>The mean loss, from the logits of clean and of adversarial inputs, shape [N, classes] each.</summary>
    private protected abstract Tensor Evaluate(TrainingStep step, Tensor clean, Tensor adversarial);

    /// <summary>KL(softmax(clean) ‖ softmax(adversarial)) of every row, shape [N].</summary>
    private protected static Tensor Divergence(Tensor clean, Tensor adversarial) =>
        (clean.softmax(1) * (clean.log_softmax(1) - adversarial.log_softmax(1))).sum(1);
}
