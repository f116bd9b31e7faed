using System.Numerics;
using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.AdaptiveSteps;

/// <summary>
/// The family of Auto-PGD (Croce &amp; Hein 2020, arXiv:2003.01690, algorithm 1; with L1 Croce &amp; Hein 2021, arXiv:2103.01208, algorithm
/// 1): gradient ascent that chooses its step lengths row by row and returns to the best point found. A row keeps, of the points that reach the
/// goal, the one with the largest objective; where none does, the one with the largest objective of all. In L1 it starts, unlike the paper, with a
/// gradient step as long as the budget from near the input.
/// </summary>
public abstract record AdaptiveStepAttack : Attack<IDifferentiableClassifier>
{
    private const double NoiseShare = 0.05;

    // Where nothing may move there is no noise.
    private const double LeastLength = 1e-12;

    private readonly int _iterations = 100;
    private readonly int _restarts = 1;
    private readonly double _rho = 0.75;
    private readonly int _expectationSamples = 1;

    private protected AdaptiveStepAttack(ThreatModel threatModel, AttackObjective objective)
        : base(threatModel.WithBudget()) => Objective = objective;

    /// <summary>What the attack wants to grow.</summary>
    public AttackObjective Objective { get; init; }

    /// <summary>Number of gradient steps of one ascent, at least 1. Default 100.</summary>
    public int Iterations
    {
        get => _iterations;
        init => _iterations = InRange(value, value >= 1, ">= 1", nameof(Iterations));
    }

    /// <summary>How often to start anew from a random point, at least 1; only with rows that no earlier ascent broke. Default 1.</summary>
    public int Restarts
    {
        get => _restarts;
        init => _restarts = InRange(value, value >= 1, ">= 1", nameof(Restarts));
    }

    /// <summary>
    /// ρ, between 0 and 1: a row's step is halved if fewer than this share of the steps since the last checkpoint raised the objective. With L1
    /// steps follow another rule. Default 0.75.
    /// </summary>
    public double Rho
    {
        get => _rho;
        init => _rho = InRange(value, value is >= 0 and <= 1, "between 0 and 1", nameof(Rho));
    }

    /// <summary>
    /// How many passes each gradient is the mean of, at least 1: expectation over transformation, for classifiers that draw random numbers
    /// (Athalye et al. 2018, arXiv:1707.07397). Default 1.
    /// </summary>
    public int ExpectationSamples
    {
        get => _expectationSamples;
        init => _expectationSamples = InRange(value, value >= 1, ">= 1", nameof(ExpectationSamples));
    }

    /// <summary>
    /// Spend 30 % of the iterations within 3ε, 30 % within 2ε and the rest within ε, each from the point that the one before ended on (arXiv:2103.01208,
    /// section 3.3). Default false.
    /// </summary>
    public bool LargerBudgetsFirst { get; init; }

    /// <summary>Let a row leave the batch at the first point that reaches the goal, rather than look for a larger objective. Default false.</summary>
    public bool StopAtSuccess { get; init; }

    /// <summary>The goals to ascend towards, one after the other, from the clean inputs.</summary>
    private protected abstract IEnumerable<Goal> Goals(AttackContext<IDifferentiableClassifier> context);

    /// <inheritdoc/>
    protected sealed override Tensor Perturb(AttackContext<IDifferentiableClassifier> context)
    {
        using var noGrad = no_grad();
        AscentResult? best = null;
        var attempt = 0;
        foreach (var goal in Goals(context).SelectMany(goal => Enumerable.Repeat(goal, Restarts)))
        {
            if (best is null)
            {
                best = Ascend(context, goal);
            }
            else if (!context.WasCancelled && best.Open() is { } rows)
            {
                using var scope = NewDisposeScope();
                best.Take_(rows, Ascend(context.Select(rows, attempt), goal.Select(rows)));
            }

            attempt++;
        }

        return best!.Inputs;
    }

    private AscentResult Ascend(AttackContext<IDifferentiableClassifier> context, Goal goal) =>
        context.Originals.dtype == ScalarType.Float64 ? Ascend<double>(context, goal) : Ascend<float>(context, goal);

    private AscentResult Ascend<T>(AttackContext<IDifferentiableClassifier> context, Goal goal)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var scope = NewDisposeScope();
        var epsilon = ThreatModel.Epsilon;
        var early = LargerBudgetsFirst ? (int)Math.Ceiling(0.3 * Iterations) : 0;
        var start = Start(context, goal);
        foreach (var factor in early > 0 && 2 * early < Iterations ? new[] { 3, 2 } : [])
        {
            start = new AdaptiveAscent<T>(this, context, goal, start, factor * epsilon, isRehearsal: true).Run(early).Inputs;
        }

        var result = new AdaptiveAscent<T>(this, context, goal, start, epsilon, isRehearsal: false).Run(2 * early < Iterations ? Iterations - (2 * early) : Iterations);
        result.Inputs.MoveToOuterDisposeScope();
        return result;
    }

    // In L1 the paper starts from a normal vector, which spends the budget on random features: on MNIST attacks end up behind a single gradient step.
    // From near the input, the steepest step as long as the budget, they end up ahead of it.
    private Tensor Start(AttackContext<IDifferentiableClassifier> context, Goal goal)
    {
        if (ThreatModel.Norm != Norm.L1)
        {
            return context.RandomStart();
        }

        using var scope = NewDisposeScope();
        var noise = context.Units.Slopes(context.Random.Normal(context.Originals));
        var lengths = context.ThreatModel.Norm.Measure(noise).clamp_(min: LeastLength);
        var shares = NoiseShare * ThreatModel.Epsilon / lengths;
        var start = context.Originals + (noise * Norm.PerRow(shares, noise));
        context.Project_(start);
        Tensor gradient;
        using (enable_grad())
        {
            gradient = context.Classifier.InputGradient(start.requires_grad_(), logits => Objective.Evaluate(logits, goal).Cotangent);
        }

        context.Step_(start, gradient, ThreatModel.Epsilon);
        return start.detach().MoveToOuterDisposeScope();
    }
}
