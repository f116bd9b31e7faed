using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Transformations;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.GradientSteps;

/// <summary>
/// Diverse inputs, DI²-FGSM with L∞ (Xie et al. 2019, arXiv:1803.06978, equations 6 and 7): gradients are taken at images that are, with some
/// probability, made smaller and put somewhere into a frame of zeros, so that what is found works on other networks too. Decay 1 makes it
/// M-DI²-FGSM. The paper enlarges images, for networks that take any size; here they keep their size as a whole. Default: 10 steps of ε/10,
/// decay 0, probability 0.5, at least 0.9 of the size.
/// </summary>
[AttackName("difgsm", "di2fgsm", Reference = "Xie et al. 2019, arXiv:1803.06978")]
public sealed record DiverseInputMethod : MomentumAttack
{
    private readonly double _probability = 0.5;
    private readonly double _smallestSize = 0.9;

    /// <summary>10 steps of ε/10 without momentum unless set otherwise. Needs a classifier of images [channels, height, width].</summary>
    /// <param name="norm">L∞ in the paper; any norm works.</param>
    /// <param name="epsilon">Budget, at least 0, in the units of the features.</param>
    public DiverseInputMethod(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon).WithBudget(), decay: 0)
    {
    }

    /// <summary>How likely an image is transformed, for each gradient anew, from 0 to 1. Default 0.5.</summary>
    public double Probability
    {
        get => _probability;
        init => _probability = InRange(value, value is >= 0 and <= 1, ">= 0 and <= 1", nameof(Probability));
    }

    /// <summary>The smallest height that an image is resized to, as a share of its own; above 0, below 1. Default 0.9.</summary>
    public double SmallestSize
    {
        get => _smallestSize;
        init => _smallestSize = InRange(value, value is > 0 and < 1, "> 0 and < 1", nameof(SmallestSize));
    }

    private protected override (Tensor Gradient, Tensor? Logits) Look(
        AttackContext<IDifferentiableClassifier> context, Tensor inputs, Tensor? memory, double length)
    {
        if (context.Classifier.InputShape is not [var channels, var height, var width])
        {
            throw new ArgumentException(
                $"DiverseInputMethod resizes images: expected a classifier of inputs [channels, height, width], got [{string.Join(", ", context.Classifier.InputShape)}]. Choose MomentumIterativeMethod for inputs that are no images.");
        }

        using var scope = NewDisposeScope();
        var images = inputs.detach().reshape(-1, channels, height, width);
        var resizing = RandomResizing.Draw(images, Probability, SmallestSize, context.Random);
        // Under constraints too at the resized images: these are none that the attack returns.
        var resized = resizing.Apply(images).reshape(inputs.shape).requires_grad_();
        var gradient = context.Unconstrained.InputGradient(resized, logits => Objective.Cotangent(logits, context.Goal));
        using var noGrad = no_grad();
        return (resizing.PullBack(gradient.reshape(images.shape)).reshape(inputs.shape).MoveToOuterDisposeScope(), null);
    }
}
