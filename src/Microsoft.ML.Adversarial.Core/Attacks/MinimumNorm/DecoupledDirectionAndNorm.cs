using System.Numerics;
using System.Runtime.Intrinsics;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Norms.Rows;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm;

/// <summary>
/// Decoupled direction and norm, DDN (Rony et al. 2019, arXiv:1811.09600, algorithm 1): gradient steps change the direction of the
/// perturbation, while its length grows by a factor as long as the goal is not reached and shrinks where it is. L2 only. Default: 100 steps
/// from length 1 with γ = 0.05, the step length going from 1 to 0.01.
/// </summary>
[AttackName("ddn", Norms = ["L2"], Reference = "Rony et al. 2019, arXiv:1811.09600")]
public sealed record DecoupledDirectionAndNorm : BoundaryWalkAttack
{
    private const double LastStep = 0.01;

    private readonly double _gamma = 0.05;
    private readonly double? _initialNorm;

    /// <summary>Looks for the smallest L2 perturbation.</summary>
    public DecoupledDirectionAndNorm()
        : this(Norm.L2, double.PositiveInfinity)
    {
    }

    /// <summary>Looks for the smallest perturbation, and keeps what is within a budget.</summary>
    /// <param name="norm">L2.</param>
    /// <param name="epsilon">Largest size to keep, at least 0, in the units of the features; +∞ for any.</param>
    public DecoupledDirectionAndNorm(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon), steps: 100)
    {
    }

    /// <summary>By what share the length changes from step to step, γ in (0, 1). Default 0.05.</summary>
    public double Gamma
    {
        get => _gamma;
        init => _gamma = InRange(value, value is > 0 and < 1, "> 0 and < 1", nameof(Gamma));
    }

    /// <summary>
    /// Length of the perturbation before the first step, above 0, in the units of the features; null for 1 times the width of the input bounds.
    /// </summary>
    public double? InitialNorm
    {
        get => _initialNorm;
        init => _initialNorm = InRange(value, value is null or > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(InitialNorm));
    }

    private protected override BoundaryStep<T> StepOf<T>(AttackContext<IDifferentiableClassifier> context) =>
        new Decoupled<T>(this, StepSize ?? context.Classifier.Bounds.TypicalWidth, InitialNorm ?? context.Classifier.Bounds.TypicalWidth);

    private sealed class Decoupled<T>(DecoupledDirectionAndNorm attack, double firstStep, double initialNorm) : BoundaryStep<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Take(BoundaryRow row, Span<Vector512<T>> changes, ReadOnlySpan<Vector512<T>> gradient, int step)
        {
            row.Radius = (step == 0 ? initialNorm : row.Radius) * (row.Reached ? 1 - attack.Gamma : 1 + attack.Gamma);
            Climb(changes, gradient, attack.Annealed(firstStep, LastStep * firstStep, step));
            var length = L2.Measure(changes);
            if (length > 0)
            {
                L2RowNorm<T>.Scale(changes, row.Radius / length);
            }
        }
    }
}
