using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.GradientSteps;

/// <summary>Gradient steps with a number and a length that can be set.</summary>
public abstract record IteratedGradientAttack : GradientStepAttack
{
    private readonly int _steps;
    private readonly double? _stepSize;

    private protected IteratedGradientAttack(ThreatModel threatModel, int steps)
        : base(threatModel) => _steps = steps;

    /// <summary>Number of steps, at least 1. Fixed-budget attacks take them all, so that equal batches give equal bits.</summary>
    public int Steps
    {
        get => _steps;
        init => _steps = InRange(value, value >= 1, ">= 1", nameof(Steps));
    }

    /// <summary>Length of a step, of the first if they shrink, in the norm of the threat model, above 0; null for the attack's rule.</summary>
    public double? StepSize
    {
        get => _stepSize;
        init => _stepSize = InRange(value, value is null or > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(StepSize));
    }

    /// <summary>Whether and how steps shrink; the attack's rule makes them longer at first, to go as far in all. Default: constant.</summary>
    public StepSchedule StepSchedule { get; init; } = StepSchedule.Constant;

    /// <summary>
    /// Whether rows that reach the goal leave the batch, as they are. That saves their steps, and leaves them nearer to the decision boundary
    /// than all steps would. Default false.
    /// </summary>
    public bool LeaveEarly { get; init; }

    internal sealed override Attack WithEpsilon(double epsilon)
    {
        var other = (IteratedGradientAttack)base.WithEpsilon(epsilon);
        return StepSize is { } length && epsilon > 0 && ThreatModel.Epsilon > 0 ? other with { StepSize = length * epsilon / ThreatModel.Epsilon } : other;
    }

    /// <summary>How long all steps are together where <see cref="StepSize"/> is null.</summary>
    private protected abstract double DefaultLength { get; }

    private protected sealed override int StepCount => Steps;

    private protected sealed override double StepLength(int step) => StepSchedule switch
    {
        StepSchedule.Cosine => (StepSize ?? (DefaultLength * 2 / (Steps + 1))) * (1 + Math.Cos(Math.PI * step / Steps)) / 2,
        _ => StepSize ?? (DefaultLength / Steps),
    };

    /// <inheritdoc/>
    protected override Tensor Perturb(AttackContext<IDifferentiableClassifier> context) =>
        LeaveEarly ? PerturbUntilReached(context) : base.Perturb(context);

    private Tensor PerturbUntilReached(AttackContext<IDifferentiableClassifier> context)
    {
        using var noGrad = no_grad();
        var all = Start(context);
        var memories = EmptyMemory(all);
        var rows = arange(all.shape[0], device: all.device);
        for (var step = 0; step < Steps && rows.shape[0] > 0 && !context.WasCancelled; step++)
        {
            using var scope = NewDisposeScope();
            // A random stream for each step: what a row draws does not depend on when others leave.
            var open = step == 0 ? context : context.Select(rows, stream: step);
            var inputs = all.index_select(0, rows).requires_grad_();
            var memory = memories?.index_select(0, rows);
            Tensor gradient;
            Tensor? logits;
            using (enable_grad())
            {
                (gradient, logits) = Gradient(open, inputs, memory, step);
            }

            var remaining = open.Goal.IsClearlyReached(logits ?? open.Classifier.Logits(inputs)).logical_not().nonzero().flatten();
            Step_(open, inputs, gradient, memory, StepLength(step));
            if (remaining.shape[0] < rows.shape[0])
            {
                rows = rows.index_select(0, remaining).MoveToOuterDisposeScope();
            }

            all.index_copy_(0, rows, inputs.index_select(0, remaining));
            memories?.index_copy_(0, rows, memory!.index_select(0, remaining));
        }

        return all;
    }
}
