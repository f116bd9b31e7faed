using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.GradientSteps;

/// <summary>
/// The family of attacks that step along the steepest direction of the threat model's norm: x ← clip(x + α·U_p(g)). A member decides where
/// to start, how many steps of which length to take and what g is made of.
/// </summary>
public abstract record GradientStepAttack : Attack<IDifferentiableClassifier>
{
    private readonly int _gradientSamples = 1;

    private protected GradientStepAttack(ThreatModel threatModel)
        : base(threatModel)
    {
    }

    /// <summary>What the attack wants to grow. Default: cross-entropy.</summary>
    public AttackObjective Objective { get; init; } = AttackObjective.CrossEntropy;

    /// <summary>
    /// How many gradients to average for each step, at least 1: the expectation over transformation for classifiers that are random (Athalye
    /// et al. 2018, arXiv:1707.07397, section 2.1). Default 1.
    /// </summary>
    public int GradientSamples
    {
        get => _gradientSamples;
        init => _gradientSamples = InRange(value, value >= 1, ">= 1", nameof(GradientSamples));
    }

    /// <summary>Number of gradient steps.</summary>
    private protected abstract int StepCount { get; }

    /// <summary>Whether the first step starts from the inputs themselves.</summary>
    private protected virtual bool StartsAtOriginals => true;

    /// <summary>Length of a step, counted from 0, in the norm of the threat model.</summary>
    private protected abstract double StepLength(int step);

    /// <summary>Where to start, shape [N, …]: a fresh tensor.</summary>
    private protected virtual Tensor Start(AttackContext<IDifferentiableClassifier> context) => context.Originals.clone();

    /// <summary>What steps leave to later ones, empty before the first; in the shape of the inputs, or null for nothing.</summary>
    private protected virtual Tensor? EmptyMemory(Tensor inputs) => null;

    /// <summary>One gradient for a step, and the logits of the inputs if these came up.</summary>
    private protected virtual (Tensor Gradient, Tensor? Logits) Look(
        AttackContext<IDifferentiableClassifier> context, Tensor inputs, Tensor? memory, double length) => context.AscentWithLogits(inputs, Objective);

    /// <summary>Takes one step and brings the inputs back within the budget and the bounds, in place.</summary>
    private protected virtual void Step_(
        AttackContext<IDifferentiableClassifier> context, Tensor inputs, Tensor gradient, Tensor? memory, double length) =>
        context.Step_(inputs, gradient, length);

    /// <summary>The gradient for a step, of any length since only its direction matters, and the logits of the inputs if these came up.</summary>
    private protected (Tensor Gradient, Tensor? Logits) Gradient(
        AttackContext<IDifferentiableClassifier> context, Tensor inputs, Tensor? memory, int step)
    {
        var (sum, logits) = Look(context, inputs, memory, StepLength(step));
        for (var sample = 1; sample < GradientSamples; sample++)
        {
            using var scope = NewDisposeScope();
            sum.add_(Look(context, inputs, memory, StepLength(step)).Gradient);
        }

        if (step == 0 && StartsAtOriginals && logits is not null)
        {
            context.NoteLogitsOfOriginals(logits);
        }

        return (sum, logits);
    }

    /// <inheritdoc/>
    protected override Tensor Perturb(AttackContext<IDifferentiableClassifier> context)
    {
        var inputs = Start(context).requires_grad_();
        var memory = EmptyMemory(inputs);
        for (var step = 0; step < StepCount && !context.WasCancelled; step++)
        {
            using var scope = NewDisposeScope();
            var (gradient, _) = Gradient(context, inputs, memory, step);
            using var noGrad = no_grad();
            Step_(context, inputs, gradient, memory, StepLength(step));
        }

        return inputs;
    }
}
