using System.Numerics;
using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm;

/// <summary>
/// Minimum-norm attacks that step back and forth over the boundary with steps that become shorter along half a cosine. A step costs one
/// forward and one backward pass; a forward pass at the end tells what the last one reached. No row is ever finished: it can always get nearer.
/// Steps follow the log-odds, log Σ exp(other logits) − (own logit): the gradient has the cross-entropy's direction, but does not vanish where a
/// network is certain, and finds smaller perturbations than that of the difference of two logits.
/// </summary>
public abstract record BoundaryWalkAttack : MinimumNormAttack
{
    private readonly int _steps;
    private readonly double? _stepSize;

    private protected BoundaryWalkAttack(ThreatModel threatModel, int steps)
        : base(threatModel) => _steps = steps;

    /// <summary>Number of steps, at least 1. More steps find smaller perturbations.</summary>
    public int Steps
    {
        get => _steps;
        init => _steps = InRange(value, value >= 1, ">= 1", nameof(Steps));
    }

    /// <summary>
    /// Length of the first step, above 0, in the units of the features; null for the attack's rule, which is the paper's length for inputs in
    /// [0, 1] times the width of the input bounds.
    /// </summary>
    public double? StepSize
    {
        get => _stepSize;
        init => _stepSize = InRange(value, value is null or > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(StepSize));
    }

    /// <summary>How the attack moves a row.</summary>
    /// <typeparam name="T">Element type of the inputs.</typeparam>
    /// <param name="context">The rows that are attacked.</param>
    private protected abstract BoundaryStep<T> StepOf<T>(AttackContext<IDifferentiableClassifier> context)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <inheritdoc/>
    private protected sealed override void Search(AttackContext<IDifferentiableClassifier> context, SmallestFound found)
    {
        if (context.Originals.dtype == ScalarType.Float64)
        {
            Search<double>(context, found);
        }
        else
        {
            Search<float>(context, found);
        }
    }

    /// <summary>A quantity that goes from its first value to its last along half a cosine.</summary>
    internal double Annealed(double first, double last, int step) =>
        last + ((first - last) * LearningRateSchedule.Cosine.Factor((double)step / Steps));

    private void Search<T>(AttackContext<IDifferentiableClassifier> context, SmallestFound found)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var walk = new BoundaryWalk<T>(context);
        var boundaryStep = StepOf<T>(context);
        for (var step = 0; step < Steps && !context.WasCancelled; step++)
        {
            walk.Take(boundaryStep, AttackObjective.LogOdds, step);
        }

        walk.End(found);
    }
}
