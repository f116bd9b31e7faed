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
    private protected GradientStepAttack(ThreatModel threatModel)
        : base(threatModel.WithBudget())
    {
    }

    /// <summary>What the attack wants to grow. Default: cross-entropy.</summary>
    public AttackObjective Objective { get; init; } = AttackObjective.CrossEntropy;

    /// <summary>Number of gradient steps.</summary>
    private protected abstract int StepCount { get; }

    /// <summary>Length of a step in the norm of the threat model.</summary>
    private protected abstract double StepLength { get; }

    /// <summary>Where to start, shape [N, …]: a fresh tensor.</summary>
    private protected virtual Tensor Start(AttackContext<IDifferentiableClassifier> context) => context.Originals.clone();

    /// <summary>Takes one step and brings the inputs back within the budget and the bounds, in place.</summary>
    private protected virtual void Step_(AttackContext<IDifferentiableClassifier> context, Tensor inputs, Tensor gradient) =>
        context.Step_(inputs, gradient, StepLength);

    /// <summary>What one step follows, made of the gradient and of what the earlier steps left in the memory.</summary>
    private protected virtual Tensor Follow(Tensor gradient, ref Tensor? memory) => gradient;

    /// <inheritdoc/>
    protected override Tensor Perturb(AttackContext<IDifferentiableClassifier> context)
    {
        var inputs = Start(context).requires_grad_();
        Tensor? memory = null;
        for (var step = 0; step < StepCount && !context.WasCancelled; step++)
        {
            using var scope = NewDisposeScope();
            var gradient = context.Ascent(inputs, Objective);
            using var noGrad = no_grad();
            Step_(context, inputs, Follow(gradient, ref memory));
        }

        return inputs;
    }
}
