using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Settings;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Losses;

/// <summary>
/// A loss on adversarial inputs, crafted anew for every batch on the network in evaluation mode. After every epoch held-out rows are
/// attacked with PGD, and the most robust epoch is kept.
/// </summary>
public abstract record AdversarialLoss : TrainingLoss
{
    private const int JudgeSteps = 20;

    private readonly double _share = 1;
    private readonly double _warmUp = 0.3;

    private protected AdversarialLoss(Attack<IDifferentiableClassifier> attack)
    {
        ArgumentNullException.ThrowIfNull(attack);
        attack.ThreatModel.WithBudget();
        Attack = attack;
    }

    /// <summary>The inner attack. Its ε is the largest that training reaches.</summary>
    public Attack<IDifferentiableClassifier> Attack { get; }

    /// <summary>Share of each batch's rows that are attacked, in (0, 1]; the others stay clean. Default 1.</summary>
    public double Share
    {
        get => _share;
        init => _share = SettingRange.Require(value, value is > 0 and <= 1, "in (0, 1]", nameof(Share));
    }

    /// <summary>Share of all steps over which ε rises from 0 to the attack's, in [0, 1]. Default 0.3.</summary>
    public double WarmUp
    {
        get => _warmUp;
        init => _warmUp = SettingRange.Require(value, value is >= 0 and <= 1, "in [0, 1]", nameof(WarmUp));
    }

    /// <summary>PGD with 10 steps of ε/4 from a random start: the inner attack unless another is given.</summary>
    private protected static ProjectedGradientDescent DefaultAttack(Norm norm, double epsilon) => new(norm, epsilon) { Steps = 10 };

    /// <inheritdoc/>
    public sealed override Tensor Perturb(TrainingStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var attack = AttackAt(step.Done);
        var count = (long)Math.Ceiling(Share * step.Labels.shape[0]);
        if (attack.ThreatModel.Epsilon == 0)
        {
            return step.Inputs;
        }

        using var scope = NewDisposeScope();
        var adversarial = Craft(step, attack, step.Inputs.narrow(0, 0, count), step.Labels.narrow(0, 0, count));
        if (count < step.Labels.shape[0])
        {
            adversarial = cat([adversarial, step.Inputs.narrow(0, count, step.Labels.shape[0] - count)], 0);
        }

        return adversarial.MoveToOuterDisposeScope();
    }

    internal override double? RobustAccuracy(NetworkClassifier classifier, TrainingRows rows, CancellationToken cancellation)
    {
        var judge = new ProjectedGradientDescent(Attack.ThreatModel.Norm, Attack.ThreatModel.Epsilon) { Steps = JudgeSteps, Constraints = Attack.Constraints };
        using var scope = NewDisposeScope();
        using var result = judge.Run(classifier, rows.Inputs, Goal.Misclassify(rows.Labels), new() { Cancellation = cancellation });
        return result.Predictions.eq(rows.Labels).to(ScalarType.Float64).mean().item<double>();
    }

    internal override void Require(NetworkClassifier classifier, TrainingRows rows)
    {
        var (lower, upper) = classifier.Bounds.ToArrays<double>((int)TensorShape.ElementCount(classifier.InputShape));
        using var scope = NewDisposeScope();
        var range = tensor(upper.Zip(lower, (high, low) => high - low).ToArray()).unsqueeze(0);
        var size = Attack.ThreatModel.Norm.Measure(range);
        var largest = size.item<double>();
        if (Attack.ThreatModel.Epsilon > largest)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"Expected epsilon of at most {largest}, the {Attack.ThreatModel.Norm} size of the whole input range, got {Attack.ThreatModel.Epsilon}. Is it given in units of 255ths?"));
        }
    }

    /// <summary>Adversarial inputs. Default: those that the attack finds against the labels.</summary>
    private protected virtual Tensor Craft(TrainingStep step, Attack<IDifferentiableClassifier> attack, Tensor inputs, Tensor labels) =>
        step.Craft(attack, inputs, Goal.Misclassify(labels));

    private Attack<IDifferentiableClassifier> AttackAt(double done) => done >= WarmUp
        ? Attack
        : (Attack<IDifferentiableClassifier>)Attack.WithEpsilon(Attack.ThreatModel.Epsilon * done / WarmUp);
}
