using System.Numerics;
using System.Runtime.Intrinsics;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Norms.Rows;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm;

/// <summary>
/// σ-zero (Cinà et al. 2024, arXiv:2402.01879, algorithm 1): descends the log-odds plus a smooth count of the changed features, Σ δ²/(δ² + σ)
/// over their number, with normalised gradients and Adam, and after each step undoes changes below a threshold that grows where the goal is
/// reached and falls where it is not. L0 only. Changes, steps and the threshold are shares of the width of each feature's bounds, which the
/// paper has at [0, 1]; of 1 where a feature has none. Default: 1000 steps of length 1 falling to 0.1, σ = 0.001, threshold 0.3 changing by 0.01.
/// </summary>
[AttackName("sigmazero", "sigma-zero", Norms = ["L0"], Reference = "Cinà et al. 2024, arXiv:2402.01879")]
public sealed record SigmaZero : BoundaryWalkAttack
{
    private const double LastStep = 0.1;

    private readonly double _sigma = 1e-3;
    private readonly double _threshold = 0.3;
    private readonly double _thresholdStep = 0.01;

    /// <summary>Looks for the fewest features to change.</summary>
    public SigmaZero()
        : this(Norm.L0, double.PositiveInfinity)
    {
    }

    /// <summary>Looks for the fewest features to change, and keeps what is within a budget.</summary>
    /// <param name="norm">L0.</param>
    /// <param name="epsilon">Largest number of features to change, at least 0; +∞ for any.</param>
    public SigmaZero(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon), steps: 1000)
    {
    }

    /// <summary>How smooth the count is, σ above 0: a change of √σ counts half. Default 0.001.</summary>
    public double Sigma
    {
        get => _sigma;
        init => _sigma = InRange(value, value is > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(Sigma));
    }

    /// <summary>Threshold τ below which changes are undone at first, in [0, 1]. Default 0.3.</summary>
    public double Threshold
    {
        get => _threshold;
        init => _threshold = InRange(value, value is >= 0 and <= 1, ">= 0 and <= 1", nameof(Threshold));
    }

    /// <summary>What the threshold changes by at the first step, at least 0. Default 0.01.</summary>
    public double ThresholdStep
    {
        get => _thresholdStep;
        init => _thresholdStep = InRange(value, value is >= 0 and < double.PositiveInfinity, ">= 0 and finite", nameof(ThresholdStep));
    }

    private protected override BoundaryStep<T> StepOf<T>(AttackContext<IDifferentiableClassifier> context) => new Sparse<T>(this, context);

    private sealed class Sparse<T> : BoundaryStep<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private const double FirstDecay = 0.9;
        private const double SecondDecay = 0.999;

        private readonly SigmaZero _attack;
        private readonly PaddedRows<T> _widths;
        private readonly PaddedRows<T> _slopes;
        private readonly PaddedRows<T> _means;
        private readonly PaddedRows<T> _squares;
        private readonly int _features;

        public Sparse(SigmaZero attack, AttackContext<IDifferentiableClassifier> context)
        {
            var rows = (int)context.Originals.shape[0];
            _attack = attack;
            _features = (int)(context.Originals.numel() / rows);
            (_widths, _slopes, _means, _squares) = (new(1, _features), new(1, _features), new(rows, _features), new(rows, _features));
            var (lower, upper) = context.Units.Bounds<T>(_features);
            for (var feature = 0; feature < _features; feature++)
            {
                var width = upper[feature] - lower[feature];
                _widths.Values(0)[feature] = T.IsFinite(width) ? width : T.One;
            }
        }

        public override void Take(BoundaryRow row, Span<Vector512<T>> changes, ReadOnlySpan<Vector512<T>> gradient, int step)
        {
            var length = _attack.Annealed(_attack.StepSize ?? 1, LastStep * (_attack.StepSize ?? 1), step);
            var threshold = step == 0 ? _attack.Threshold : row.Radius;
            row.Radius = Math.Clamp(threshold + (_attack.ThresholdStep * length * (row.Reached ? 1 : -1)), 0, 1);
            var slopes = _slopes[0];
            Slopes(slopes, changes, gradient, row.Reached);
            var largest = LInfinityRowNorm<T>.Largest(slopes);
            if (largest > 0 && double.IsFinite(largest))
            {
                Descend(changes, slopes, _means[row.Index], _squares[row.Index], 1 / largest, length, step + 1);
            }
        }

        public override void Settle(BoundaryRow row, Span<Vector512<T>> position, Span<Vector512<T>> changes, ReadOnlySpan<Vector512<T>> original)
        {
            var threshold = Lanes<T>.Of(row.Radius);
            var widths = _widths[0];
            for (var block = 0; block < changes.Length; block++)
            {
                var kept = Vector512.GreaterThanOrEqual(Vector512.Abs(changes[block]), threshold * widths[block]);
                changes[block] &= kept;
                position[block] = Vector512.ConditionalSelect(kept, position[block], original[block]);
            }
        }

        // Of the hinge on the margin, which is 0 where the goal is reached, and of the smooth count, in shares of the widths.
        private void Slopes(Span<Vector512<T>> slopes, ReadOnlySpan<Vector512<T>> changes, ReadOnlySpan<Vector512<T>> gradient, bool reached)
        {
            var widths = _widths[0];
            var (sigma, count, hinge) = (Lanes<T>.Of(_attack.Sigma), Lanes<T>.Of(2 * _attack.Sigma / _features), Lanes<T>.Of(reached ? 0 : 1));
            for (var block = 0; block < slopes.Length; block++)
            {
                var width = widths[block];
                var share = changes[block] / Vector512.ConditionalSelect(Vector512.Equals(width, Vector512<T>.Zero), Vector512<T>.One, width);
                var smooth = (share * share) + sigma;
                slopes[block] = (count * share / (smooth * smooth)) - (hinge * width * gradient[block]);
            }
        }

        // Adam (Kingma & Ba 2015, arXiv:1412.6980) on the slopes divided by the largest of them.
        private void Descend(
            Span<Vector512<T>> changes, ReadOnlySpan<Vector512<T>> slopes, Span<Vector512<T>> means, Span<Vector512<T>> squares, double unit, double length, int step)
        {
            var widths = _widths[0];
            var (scale, tiny) = (Lanes<T>.Of(unit), Lanes<T>.Of(1e-8));
            var rate = Lanes<T>.Of(length / (1 - Math.Pow(FirstDecay, step)));
            var correction = Lanes<T>.Of(1 / (1 - Math.Pow(SecondDecay, step)));
            for (var block = 0; block < slopes.Length; block++)
            {
                var slope = slopes[block] * scale;
                means[block] += (slope - means[block]) * Lanes<T>.Of(1 - FirstDecay);
                squares[block] += ((slope * slope) - squares[block]) * Lanes<T>.Of(1 - SecondDecay);
                changes[block] -= rate * means[block] / (Vector512.Sqrt(squares[block] * correction) + tiny) * widths[block];
            }
        }
    }
}
