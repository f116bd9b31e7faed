using Microsoft.ML.Adversarial.Certification;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Settings;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Losses;

/// <summary>
/// Interval bound propagation training (Gowal et al. 2018, arXiv:1810.12715, equation 12): κ times the cross-entropy of the inputs, plus 1
/// − κ times that of the worst logits that interval bounds allow within ε in L∞. ε rises from 0 and κ falls from 1 over the warm-up. What
/// comes out can be certified with <see cref="IntervalCertificate"/>.
/// </summary>
public sealed record IntervalBoundLoss : TrainingLoss
{
    private readonly double _warmUp = 0.6;
    private readonly double _naturalShare = 0.5;

    /// <summary>Training for certificates within a budget.</summary>
    /// <param name="epsilon">ε in L∞, above 0, at most the input range; a tenth more than what is to be certified helps.</param>
    public IntervalBoundLoss(double epsilon) =>
        Epsilon = SettingRange.Require(epsilon, epsilon is > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(Epsilon));

    /// <summary>ε, in L∞, in the units of the features.</summary>
    public double Epsilon { get; }

    /// <summary>Share of all steps over which ε rises from 0 and κ falls from 1, in [0, 1]. Default 0.6.</summary>
    public double WarmUp
    {
        get => _warmUp;
        init => _warmUp = SettingRange.Require(value, value is >= 0 and <= 1, "in [0, 1]", nameof(WarmUp));
    }

    /// <summary>κ after the warm-up, in [0, 1]. Default 0.5.</summary>
    public double NaturalShare
    {
        get => _naturalShare;
        init => _naturalShare = SettingRange.Require(value, value is >= 0 and <= 1, "in [0, 1]", nameof(NaturalShare));
    }

    /// <inheritdoc/>
    public override Tensor Evaluate(TrainingStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        using var scope = NewDisposeScope();
        var risen = WarmUp > 0 ? Math.Min(1, step.Done / WarmUp) : 1;
        var natural = 1 - (risen * (1 - NaturalShare));
        var box = IntervalBounds.Around(step.Inputs, Epsilon * risen, step.Classifier.Bounds);
        var worst = new IntervalPropagation(step.Classifier.Module).WorstCaseLogits(box, step.Labels);
        var loss = step.CrossEntropy(step.Logits(step.Inputs), step.Labels);
        return ((loss * natural) + (nn.functional.cross_entropy(worst, step.Labels) * (1 - natural))).MoveToOuterDisposeScope();
    }

    // The certified accuracy: what the training is for, and no more than any attack leaves.
    internal override double? RobustAccuracy(NetworkClassifier classifier, TrainingRows rows, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        return new IntervalCertificate(classifier).Certify(rows.Inputs, rows.Labels, Epsilon).to(ScalarType.Float64).mean().item<double>();
    }

    internal override void Require(NetworkClassifier classifier, TrainingRows rows)
    {
        new AdversarialCrossEntropyLoss(Norm.LInfinity, Epsilon).Require(classifier, rows);
        _ = new IntervalPropagation(classifier.Module);
    }
}
