using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Constraints;

/// <summary>
/// Linear constraints as half-spaces Σ wᵢxᵢ ≤ limit, an equation as two; in double precision, whatever the inputs are stored in. Rows are of
/// shape [N, features], Float64.
/// </summary>
internal sealed class HalfSpaces
{
    private const double RelativeSlack = 1e-6;

    private const int TangentRounds = 10;

    private readonly Side[] _sides;

    // In units of the last place of the values as they are stored: how far inside a point must be to stay there when it is stored.
    private readonly double _roundoff;

    private HalfSpaces(IReadOnlyList<LinearConstraint> constraints, Tensor like)
    {
        _roundoff = like.dtype == ScalarType.Float64 ? 1e-15 : 1.2e-7;
        _sides = [.. constraints.SelectMany(Sides)];

        IEnumerable<Side> Sides(LinearConstraint constraint)
        {
            var features = tensor(constraint.Weights.Keys.Select(feature => (long)feature).ToArray(), device: like.device);
            var weights = tensor(constraint.Weights.Values.ToArray(), device: like.device).unsqueeze(0);
            var isEquation = constraint.Lower == constraint.Upper;
            if (double.IsFinite(constraint.Upper))
            {
                yield return new(features, weights, constraint.Upper, isEquation, constraint);
            }

            if (double.IsFinite(constraint.Lower))
            {
                yield return new(features, -weights, -constraint.Lower, isEquation, constraint);
            }
        }
    }

    /// <summary>Those of these constraints, or null if they name none.</summary>
    public static HalfSpaces? Of(InputConstraints constraints, Tensor like) => constraints.Linear.Count == 0 ? null : new(constraints.Linear, like);

    /// <summary>The first row and constraint that does not hold, up to rounding, and the row's sum.</summary>
    public (long Row, LinearConstraint Constraint, double Sum)? FirstInvalid(Tensor rows)
    {
        foreach (var side in _sides)
        {
            var (sums, magnitudes) = side.Sums(rows);
            var invalid = sums.greater((magnitudes * RelativeSlack) + side.Limit).nonzero();
            if (invalid.shape[0] > 0)
            {
                var row = invalid[0, 0].item<long>();
                var sign = side.Weights[0, 0].item<double>() == side.Constraint.Weights.First().Value ? 1 : -1;
                return (row, side.Constraint, sign * sums[row].item<double>());
            }
        }

        return null;
    }

    /// <summary>
    /// Which rows satisfy all constraints, shape [N], Bool: inequalities exactly, or as well as the original does, equations up to rounding.
    /// </summary>
    public Tensor Hold(Tensor rows, Tensor originals)
    {
        var hold = ones(rows.shape[0], ScalarType.Bool, device: rows.device);
        foreach (var side in _sides)
        {
            var (sums, magnitudes) = side.Sums(rows);
            var limits = side.Sums(originals).Sums.clamp_(min: side.Limit);
            hold = hold.logical_and_(sums.less_equal(side.IsEquation ? limits.maximum((magnitudes * RelativeSlack) + side.Limit) : limits));
        }

        return hold;
    }

    /// <summary>What part of the way from the originals satisfies all inequalities, shape [N]: 1 where all hold.</summary>
    public Tensor Share(Tensor rows, Tensor originals)
    {
        var share = ones(rows.shape[0], ScalarType.Float64, device: rows.device);
        foreach (var side in _sides.Where(side => !side.IsEquation))
        {
            var (end, start) = (side.Sums(rows).Sums, side.Sums(originals).Sums);
            var limits = start.clamp(min: side.Limit);
            share = where(end.greater(limits), share.minimum((limits - start) / (end - start)), share);
        }

        return share;
    }

    /// <summary>
    /// Rows within a box moved to where all constraints hold, as near as cyclic projections find, without leaving the box; rows where they hold
    /// already keep their bits.
    /// </summary>
    /// <param name="rows">Within the box.</param>
    /// <param name="lower">Lower ends, shape [1 or N, features].</param>
    /// <param name="upper">Upper ends, likewise.</param>
    /// <param name="mobility">How willingly each feature moves, s² for distances ‖δ/s‖₂; 0 for those that stay; shape [1 or N, features].</param>
    /// <param name="rounds">How often to go through all constraints at most.</param>
    public Tensor Nearest(Tensor rows, Tensor lower, Tensor upper, Tensor mobility, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var moved = _sides.Aggregate(rows, (points, side) => Into(side, points, null, lower, upper, mobility));
            if (ReferenceEquals(moved, rows))
            {
                break;
            }

            rows = moved;
        }

        return rows;
    }

    /// <summary>
    /// Slopes moved to the nearest that leave neither the box nor a half-space where rows are at its boundary or outside; equations hold as they do.
    /// </summary>
    /// <param name="slopes">Shape [N, features]; none leaves the box.</param>
    /// <param name="rows">Where the rows are, in the same shape.</param>
    /// <param name="lower">Lower ends of the box, shape [1 or N, features].</param>
    /// <param name="upper">Upper ends, likewise.</param>
    /// <param name="mobility">As for points.</param>
    public Tensor Tangent(Tensor slopes, Tensor rows, Tensor lower, Tensor upper, Tensor mobility)
    {
        var never = zeros_like(slopes);
        var lowest = where(rows.less_equal(lower), never, full_like(never, double.NegativeInfinity));
        var highest = where(rows.greater_equal(upper), never, full_like(never, double.PositiveInfinity));
        Tensor[] atBoundary =
        [
            .. _sides.Select(side =>
            {
                var (sums, magnitudes) = side.Sums(rows);
                return side.IsEquation ? ones_like(sums, ScalarType.Bool) : sums.greater(side.Limit - (magnitudes * RelativeSlack));
            }),
        ];

        // A slope g leads along s²g.
        var directions = slopes * mobility;
        for (var round = 0; round < TangentRounds; round++)
        {
            var moved = directions;
            foreach (var (side, active) in _sides.Zip(atBoundary))
            {
                moved = Into(side with { Limit = 0 }, moved, active, lowest, highest, mobility);
            }

            if (ReferenceEquals(moved, directions))
            {
                break;
            }

            directions = moved;
        }

        // What rounding leaves of a slope must not become a step by its sign.
        var moves = directions.abs().greater(slopes.abs() * mobility * RelativeSlack).logical_and_(directions.abs().greater(directions.abs().amax([1], keepdim: true) * RelativeSlack));
        return where(moves, directions / mobility, never);
    }

    // The nearest point of box and half-space is clamp(x − λ·s²w): all that λ passes on its way stays where it stops.
    private Tensor Into(Side side, Tensor rows, Tensor? active, Tensor lower, Tensor upper, Tensor mobility)
    {
        var (sums, magnitudes) = side.Sums(rows);
        var rounding = magnitudes * _roundoff;
        var excess = sums - side.Limit;
        var outside = excess.greater(side.IsEquation ? rounding : zeros_like(rounding));
        outside = active?.logical_and(outside) ?? outside;
        if (!outside.any().item<bool>())
        {
            return rows;
        }

        var left = where(outside, side.IsEquation ? excess : excess + (rounding * 2), zeros_like(excess));
        var (lowest, highest) = (lower.index_select(1, side.Features), upper.index_select(1, side.Features));
        var direction = side.Weights * mobility.index_select(1, side.Features);
        var values = rows.index_select(1, side.Features);
        for (var pass = 0; pass < side.Features.shape[0]; pass++)
        {
            var canMove = direction.greater(0).logical_and(values.greater(lowest)).logical_or_(direction.less(0).logical_and(values.less(highest)));
            var step = where(canMove, direction, zeros_like(direction));
            var gain = (step * side.Weights).sum(1);
            var length = where(gain.greater(0), left / gain, zeros_like(left));
            var next = where(step.ne(0).logical_and(left.greater(0).unsqueeze(1)), (values - (step * length.unsqueeze(1))).maximum(lowest).minimum(highest), values);
            left = (left - ((values - next) * side.Weights).sum(1)).clamp_(min: 0);
            values = next;
            if (!left.greater(rounding * 0.5).logical_and_(gain.greater(0)).any().item<bool>())
            {
                break;
            }
        }

        return rows.index_copy(1, side.Features, values);
    }

    private sealed record Side(Tensor Features, Tensor Weights, double Limit, bool IsEquation, LinearConstraint Constraint)
    {
        /// <summary>Σ wᵢxᵢ, and Σ |wᵢxᵢ| plus the limit's own size; shape [N].</summary>
        public (Tensor Sums, Tensor Magnitudes) Sums(Tensor rows)
        {
            var terms = rows.index_select(1, Features) * Weights;
            return (terms.sum(1), terms.abs().sum(1) + Math.Abs(Limit));
        }
    }
}
