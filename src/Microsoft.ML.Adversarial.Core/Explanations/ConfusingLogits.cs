using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Settings;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Explanations;

/// <summary>
/// Which two classes a classifier cannot tell apart, row by row, and why: the gradients of their logits with respect to the input, and the
/// input moved along each (the pictures of "gradient ascent on a logit", Simonyan, Vedaldi &amp; Zisserman 2014, arXiv:1312.6034). Each row is
/// about its own two classes and its own logits.
/// </summary>
public sealed record ConfusingLogits
{
    private readonly double _minimumLogit = 5;
    private readonly double _maximumLogitDifference = 1;
    private readonly double _projectionFactor = 3;
    private readonly int _steps = 1;

    /// <summary>How large both logits must be for a row to be confusing, a number. Default 5.</summary>
    public double MinimumLogit
    {
        get => _minimumLogit;
        init => _minimumLogit = SettingRange.Require(value, !double.IsNaN(value), "a number", nameof(MinimumLogit));
    }

    /// <summary>How far apart both logits may be for a row to be confusing, at least 0. Default 1.</summary>
    public double MaximumLogitDifference
    {
        get => _maximumLogitDifference;
        init => _maximumLogitDifference = SettingRange.Require(value, value >= 0, ">= 0", nameof(MaximumLogitDifference));
    }

    /// <summary>
    /// How far inputs are moved along a gradient of length 1 (L2), in the units of the features, above 0 and finite; where there are several
    /// steps, all together. Moved inputs stay within the classifier's bounds. Default 3.
    /// </summary>
    public double ProjectionFactor
    {
        get => _projectionFactor;
        init => _projectionFactor = SettingRange.Require(value, value is > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(ProjectionFactor));
    }

    /// <summary>
    /// Equal steps that the way is taken in, at least 1, each along the gradient at the place reached. With 1, the input is moved along its own
    /// gradient as far as it goes; with more, a row's way ends as soon as the class it is moved to is predicted with a margin of <see
    /// cref="MaximumLogitDifference"/>, so that the picture shows the least change that flips the prediction. Default 1.
    /// </summary>
    public int Steps
    {
        get => _steps;
        init => _steps = SettingRange.Require(value, value >= 1, ">= 1", nameof(Steps));
    }

    /// <summary>Looks at rows.</summary>
    /// <param name="classifier">Any classifier with gradients and logits; in evaluation mode.</param>
    /// <param name="inputs">Shape [N, …input shape] or [N, features], of the classifier's type, finite; left as found.</param>
    /// <returns>Tensors that the caller owns, moved inputs and gradients in the shape of the inputs.</returns>
    /// <exception cref="AdversarialInputException">A row is NaN or infinite; names it.</exception>
    /// <exception cref="ArgumentException">Shape or type do not fit, or the classifier's outputs are probabilities.</exception>
    public ConfusingLogitsResult Compute(IDifferentiableClassifier classifier, Tensor inputs) => Compute(classifier, inputs, ConfusingLogitsParts.All);

    /// <summary>The same, of which gradients and moved inputs only some are computed: asking the result for others is an error.</summary>
    internal ConfusingLogitsResult Compute(IDifferentiableClassifier classifier, Tensor inputs, ConfusingLogitsParts parts)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(inputs);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var rows = ClassifierInputs.Shaped(classifier, inputs);
        if (rows.shape[0] > 0)
        {
            FiniteValues.Require(inputs);
        }

        var logits = Logits(classifier, rows);
        var (values, classes) = logits.topk(2, 1);
        var (first, second) = (classes.select(1, 0).clone(), classes.select(1, 1).clone());
        var firstGradient = parts.HasFlag(ConfusingLogitsParts.FirstGradient) || parts.HasFlag(ConfusingLogitsParts.TowardsFirst)
            ? Gradient(classifier, rows, first)
            : null;
        var secondGradient = parts.HasFlag(ConfusingLogitsParts.SecondGradient) || parts.HasFlag(ConfusingLogitsParts.TowardsSecond)
            ? Gradient(classifier, rows, second)
            : null;
        var towardsFirst = parts.HasFlag(ConfusingLogitsParts.TowardsFirst) ? Move(classifier, rows, first, firstGradient!) : null;
        var towardsSecond = parts.HasFlag(ConfusingLogitsParts.TowardsSecond) ? Move(classifier, rows, second, secondGradient!) : null;
        var gap = values.select(1, 0) - values.select(1, 1);
        var isConfusing = values.select(1, 1).greater_equal(MinimumLogit).logical_and(gap.less_equal(MaximumLogitDifference));
        return new ConfusingLogitsResult(
            logits, first, second, gap, isConfusing,
            firstGradient?.reshape(inputs.shape), secondGradient?.reshape(inputs.shape), towardsFirst?.reshape(inputs.shape),
            towardsSecond?.reshape(inputs.shape)).MoveToOuterDisposeScope();
    }

    // Probabilities would pass for logits that are all small, and no row would ever be found.
    private static Tensor Logits(IClassifier classifier, Tensor inputs)
    {
        var logits = classifier.Logits(inputs);
        if (logits.shape[0] > 0 && SumToOne(logits) && SumToOne(Elsewhere(classifier, inputs)))
        {
            throw new ArgumentException(
                "Expected a classifier whose outputs are logits, got outputs that sum to 1, or whose exponentials do: probabilities, or their logarithms. Leave the last softmax out of the network.");
        }

        return logits;
    }

    // A few rows' logits may sum to 1 by chance, the more so where rows come one by one; at other inputs they don't. No row, not even one of
    // zeros, stays where it is under more than one of these.
    private static Tensor Elsewhere(IClassifier classifier, Tensor inputs) =>
        classifier.Logits(cat([inputs * 0.75, (inputs * 0.5) + 0.25, (inputs * 0.25) - 0.5], 0));

    private static bool SumToOne(Tensor outputs) => AreOne(outputs) || AreOne(outputs.exp());

    private static bool AreOne(Tensor outputs)
    {
        using var scope = NewDisposeScope();
        return outputs.greater_equal(0).all().item<bool>() && (outputs.sum(1) - 1).abs().less(1e-3).all().item<bool>();
    }

    private static Tensor Gradient(IDifferentiableClassifier classifier, Tensor inputs, Tensor classes) =>
        inputs.shape[0] == 0 ? zeros_like(inputs) : OutputFunction.OfLogits(classifier, classes).Gradient(inputs);

    private Tensor Move(IDifferentiableClassifier classifier, Tensor inputs, Tensor classes, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var (lower, upper) = classifier.Bounds.ToTensors(inputs);
        var moved = inputs.clone();
        var open = arange(inputs.shape[0], device: inputs.device);
        for (var step = 0; step < Steps && open.shape[0] > 0; step++)
        {
            using var stepScope = NewDisposeScope();
            var (places, goals) = (moved.index_select(0, open), classes.index_select(0, open));
            var here = step == 0 ? gradient : Gradient(classifier, places, goals);
            var next = (places + (Norm.L2.SteepestDirection(here) * (ProjectionFactor / Steps))).clamp(lower, upper);
            moved.index_copy_(0, open, next);
            if (step < Steps - 1)
            {
                var margins = Goal.MisclassifyAs(goals).Margin(classifier.Logits(next));
                open = open.masked_select(margins.greater_equal(MaximumLogitDifference).logical_not()).MoveToOuterDisposeScope();
            }
        }

        return moved.MoveToOuterDisposeScope();
    }
}
