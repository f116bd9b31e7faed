using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Constraints;

/// <summary>The valid inputs around some originals and within the budget, and which of them others become.</summary>
/// <param name="valid">What is valid.</param>
/// <param name="originals">Shape [N, features].</param>
/// <param name="norm">Measures in the units of each feature's budget.</param>
/// <param name="epsilon">The budget; may be infinite.</param>
internal sealed class ValidNeighbours(ValidInputs valid, Tensor originals, Norm norm, double epsilon)
{
    private const double RelativeSlack = 1e-6;
    private const int Halvings = 12;
    private const int Rounds = 50;
    private const int Retreats = 8;
    private const int Shares = 16;

    private readonly double _limit = epsilon * (1 + RelativeSlack);

    /// <summary>
    /// Rows within the budget moved to valid ones within it: to where linear constraints hold, then each feature to its nearest value where budget
    /// and linear constraints allow that; in other rows, values nearer to the original are preferred, just as much as they demand.
    /// </summary>
    /// <param name="rows">Shape [N, features].</param>
    public Tensor Of(Tensor rows)
    {
        rows = valid.HalfSpaces is null ? rows : PulledBack(Projected(rows, zeros_like(valid.IsDiscrete)));
        return valid.Grid is null && valid.Categories is null ? rows : Rounded(rows);
    }

    private Tensor Rounded(Tensor rows)
    {
        var rounded = Rounded(rows, full([rows.shape[0], 1], 0.5, rows.dtype, rows.device));
        var over = AreValid(rounded).logical_not().nonzero().flatten();
        if (over.shape[0] == 0)
        {
            return rounded;
        }

        var others = new ValidNeighbours(valid, originals.index_select(0, over), norm, epsilon);
        return rounded.index_copy(0, over, others.RoundedCarefully(rows.index_select(0, over)));
    }

    private Tensor RoundedCarefully(Tensor rows)
    {
        var high = ones([rows.shape[0], 1], rows.dtype, rows.device);
        var low = high * 0.5;
        for (var halving = 0; halving < Halvings; halving++)
        {
            var middle = (low + high) / 2;
            var within = AreValid(Rounded(rows, middle)).unsqueeze(1);
            (low, high) = (where(within, low, middle), where(within, middle, high));
        }

        var rounded = Rounded(rows, high);
        return valid.HalfSpaces is null ? rounded : Retreated(rounded, rows);
    }

    // What rounding carries over a linear constraint rounds elsewhere nearer to the original, and at the latest there to a valid input.
    private Tensor Retreated(Tensor rounded, Tensor rows)
    {
        var open = AreValid(rounded).logical_not();
        var result = where(open.unsqueeze(1), originals, rounded);
        for (var share = Shares - 1; share > 0 && open.any().item<bool>(); share--)
        {
            var nearer = originals + ((rows - originals) * ((double)share / Shares));
            foreach (var threshold in new[] { 0.5, 1 })
            {
                var candidates = Rounded(nearer, full([rows.shape[0], 1], threshold, rows.dtype, rows.device));
                var taken = AreValid(candidates).logical_and_(open);
                result = where(taken.unsqueeze(1), candidates, result);
                open = open.logical_and(taken.logical_not());
            }
        }

        return result;
    }

    private Tensor Rounded(Tensor rows, Tensor threshold)
    {
        rows = valid.Grid?.Rounded(rows, originals, threshold) ?? rows;
        rows = valid.Categories?.Rounded(rows, originals, threshold) ?? rows;
        return valid.HalfSpaces is null ? rows : Projected(rows, valid.IsDiscrete);
    }

    private Tensor AreValid(Tensor rows)
    {
        var within = norm.Measure(rows - originals).less_equal(_limit);
        return valid.HalfSpaces is null ? within : within.logical_and_(valid.HalfSpaces.Hold(Exact(rows), Exact(originals)));
    }

    // Moves no feature that must stay. The budget is a box in L∞; in L0 what has not changed so far stays, and in other norms, distances to the
    // originals, which satisfy the constraints, never grow in L2.
    private Tensor Projected(Tensor rows, Tensor stays)
    {
        var (points, centres) = (Exact(rows), Exact(originals));
        var (lower, upper) = valid.Box(centres);
        (lower, upper) = valid.OneWay?.Within(lower, upper, centres) ?? (lower, upper);
        stays = valid.Free.logical_not().logical_or_(stays);
        stays = norm.Order == 0 ? points.eq(centres).logical_or_(stays) : stays;
        var moved = valid.HalfSpaces!.Nearest(points, where(stays, points, lower), where(stays, points, upper), valid.Mobility, Rounds);
        return ReferenceEquals(moved, points) ? rows : moved.to(rows.dtype);
    }

    // All constraints but whole values hold on the whole way to the original, if they hold at its end.
    private Tensor PulledBack(Tensor rows)
    {
        var open = AreValid(rows).logical_not();
        if (!open.any().item<bool>())
        {
            return rows;
        }

        var (ends, centres) = (Exact(rows), Exact(originals));
        var sizes = norm.Measure(rows - originals).to(ScalarType.Float64);
        var share = valid.HalfSpaces!.Share(ends, centres).minimum(where(sizes.greater(epsilon), epsilon / sizes, ones_like(sizes)));
        var result = where(open.unsqueeze(1), originals, rows);
        for (var retreat = 0; retreat < Retreats && open.any().item<bool>(); retreat++)
        {
            var candidates = (centres + ((ends - centres) * share.unsqueeze(1))).to(rows.dtype);
            var taken = AreValid(candidates).logical_and_(open);
            result = where(taken.unsqueeze(1), candidates, result);
            open = open.logical_and(taken.logical_not());
            share = share * (1 - (1e-7 * Math.Pow(8, retreat)));
        }

        return result;
    }

    private static Tensor Exact(Tensor rows) => rows.to(ScalarType.Float64);
}
