using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Settings;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Losses;

/// <summary>
/// Cross-entropy of the softmax at a temperature, softmax(z/T), with labels or with a teacher's probabilities (Papernot et al. 2016,
/// arXiv:1511.04508, equations 1 and 4). The network is used at T = 1 afterwards.
/// </summary>
public sealed record DistillationLoss : TrainingLoss
{
    private readonly double _temperature = 20;

    /// <summary>T, above 0; the paper takes 1 to 100. Default 20.</summary>
    public double Temperature
    {
        get => _temperature;
        init => _temperature = SettingRange.Require(value, value is > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(Temperature));
    }

    /// <summary>
    /// A teacher's probabilities for all training rows, in their order, shape [rows, classes]; belongs to the caller. Null trains on the
    /// labels, as the teacher is. Default null.
    /// </summary>
    public Tensor? SoftLabels { get; init; }

    // At T = 1 a few rows that the network is wrong about would decide alone.
    internal override double JudgedTemperature => Temperature;

    /// <inheritdoc/>
    public override Tensor Evaluate(TrainingStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        using var scope = NewDisposeScope();
        var logits = step.WithMargin(step.Logits(step.Inputs), step.Labels) / Temperature;
        var loss = SoftLabels is null
            ? nn.functional.cross_entropy(logits, step.Labels)
            : -(SoftLabels.index_select(0, step.Rows) * logits.log_softmax(1)).sum(1).mean();
        return loss.MoveToOuterDisposeScope();
    }

    internal override void Require(NetworkClassifier classifier, TrainingRows rows)
    {
        if (SoftLabels is not null && !SoftLabels.shape.SequenceEqual([rows.Count, classifier.ClassCount]))
        {
            throw new ArgumentException(
                $"Expected soft labels of shape [{rows.Count}, {classifier.ClassCount}], one probability per training row and class, got [{string.Join(", ", SoftLabels.shape)}].");
        }
    }
}
