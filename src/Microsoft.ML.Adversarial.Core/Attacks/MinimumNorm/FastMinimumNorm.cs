using System.Numerics;
using System.Runtime.Intrinsics;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Norms.Rows;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm;

/// <summary>
/// Fast minimum-norm attack, FMN (Pintor et al. 2021, arXiv:2102.12827, algorithm 1): gradient steps of the log-odds, projected onto a
/// ball whose radius is the estimated distance to the boundary until the goal is reached for the first time, then shrinks where it is
/// reached and grows where it is not. L0, L1, L2 and L∞. Default: 100 steps, γ from 0.05 to 0.001.
/// </summary>
[AttackName("fmn", Norms = ["L2", "Linf", "L1", "L0"], Reference = "Pintor et al. 2021, arXiv:2102.12827")]
public sealed record FastMinimumNorm : BoundaryWalkAttack
{
    private const double LastStep = 0.01;
    private const double LastGamma = 0.02;

    private readonly double _gamma = 0.05;

    /// <summary>Looks for the smallest perturbation, and keeps what is within a budget.</summary>
    /// <param name="norm">L0, L1, L2 or L∞.</param>
    /// <param name="epsilon">Largest size to keep, at least 0, in the units of the features; +∞ for any.</param>
    public FastMinimumNorm(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon), steps: 100)
    {
    }

    /// <summary>By what share the radius changes at the first step, γ in (0, 1). Default 0.05.</summary>
    public double Gamma
    {
        get => _gamma;
        init => _gamma = InRange(value, value is > 0 and < 1, "> 0 and < 1", nameof(Gamma));
    }

    private protected override BoundaryStep<T> StepOf<T>(AttackContext<IDifferentiableClassifier> context) => ThreatModel.Norm == Norm.L0
        ? new Counted<T>(this, StepSize ?? context.Classifier.Bounds.TypicalWidth)
        : new Measured<T>(this, StepSize ?? context.Classifier.Bounds.TypicalWidth);

    private sealed class Measured<T>(FastMinimumNorm attack, double firstStep) : BoundaryStep<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly RowNorm<T> _norm = RowNorm<T>.Of(attack.ThreatModel.Norm);
        private readonly RowNorm<T> _dual = RowNorm<T>.Of(attack.ThreatModel.Norm.Dual);

        public override void Take(BoundaryRow row, Span<Vector512<T>> changes, ReadOnlySpan<Vector512<T>> gradient, int step)
        {
            var gamma = attack.Annealed(attack.Gamma, LastGamma * attack.Gamma, step);
            row.Radius = row.Reached ? Math.Min(row.Radius * (1 - gamma), row.Smallest)
                : double.IsFinite(row.Smallest) ? row.Radius * (1 + gamma)
                : Math.Max(row.Radius, row.Size + (Math.Abs(row.Margin) / Math.Max(_dual.Measure(gradient), 1e-12))) * (1 + gamma);
            Climb(changes, gradient, attack.Annealed(firstStep, LastStep * firstStep, step));
            _norm.Project(changes, row.Radius);
        }
    }

    // Counts of features change by whole numbers, by one at least.
    private sealed class Counted<T>(FastMinimumNorm attack, double firstStep) : BoundaryStep<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly RowNorm<T> _norm = RowNorm<T>.Of(Norm.L0);

        public override void Take(BoundaryRow row, Span<Vector512<T>> changes, ReadOnlySpan<Vector512<T>> gradient, int step)
        {
            var gamma = attack.Annealed(attack.Gamma, LastGamma * attack.Gamma, step);
            row.Radius = row.Reached
                ? Math.Max(Math.Min(Math.Min(Math.Floor(row.Radius * (1 - gamma)), row.Radius - 1), row.Smallest), 0)
                : Math.Max(Math.Floor(row.Radius * (1 + gamma)), row.Radius + 1);
            Climb(changes, gradient, attack.Annealed(firstStep, LastStep * firstStep, step));
            _norm.Project(changes, row.Radius);
        }
    }
}
