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

    /// <summary>Length of a step in the norm of the threat model, above 0; null for the attack's rule.</summary>
    public double? StepSize
    {
        get => _stepSize;
        init => _stepSize = InRange(value, value is null or > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(StepSize));
    }

    /// <summary>The length of a step where <see cref="StepSize"/> is null.</summary>
    private protected abstract double DefaultStepSize { get; }

    private protected sealed override int StepCount => Steps;

    private protected sealed override double StepLength => StepSize ?? DefaultStepSize;
}
