using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>
/// Gradients from antithetic pairs of queries: the mean over directions u of (f(x + σu) − f(x − σu))·u / 2σ, which estimates the gradient of f
/// smoothed by σu without bias (Ilyas et al. 2018, arXiv:1804.08598, equation 1 and algorithm 1).
/// </summary>
/// <param name="attack">Directions and σ.</param>
/// <param name="rows">Who asks.</param>
internal sealed class GradientEstimate(GradientEstimateAttack attack, ScoredRows rows)
{
    // Values of the candidates of one pass: what is asked at once, not what is drawn, depends on how many rows there are.
    private const int LargestPass = 1 << 22;

    private readonly double _radius = attack.SamplingRadius * rows.Whole.Units.InputBounds(rows.Features).TypicalWidth;

    /// <summary>The gradient in the units of the budget at points of the open rows.</summary>
    /// <param name="points">Shape [M, …].</param>
    /// <param name="pairs">How many pairs of queries each row has.</param>
    /// <param name="random">The rows' streams.</param>
    /// <returns>Shape [M, …].</returns>
    public Tensor At(Tensor points, int pairs, RowRandom random)
    {
        var sum = zeros_like(points);
        var most = (int)Math.Clamp(LargestPass / (2 * points.numel()), 1, pairs);
        for (var first = 0; first < pairs; first += most)
        {
            using var scope = NewDisposeScope();
            AddTo_(sum, points, Math.Min(most, pairs - first), random);
        }

        return sum.div_(pairs);
    }

    private void AddTo_(Tensor sum, Tensor points, int pairs, RowRandom random)
    {
        var units = rows.Whole.Units;
        var free = units.Free(ones([1, .. points.shape[1..]], ScalarType.Bool, points.device)).to(points.dtype);
        var directions = stack(Enumerable.Range(0, pairs).Select(_ => attack.Direction(random, points).mul_(free)).ToArray());
        var moves = units.Undo(directions.flatten(0, 1)).reshape(directions.shape) * _radius;
        var candidates = cat([points + moves, points - moves], 0).flatten(0, 1);
        new BoundsClamp(points, rows.Whole.Classifier.Bounds).Apply_(candidates);
        int[] slots = [.. Enumerable.Repeat(rows.Slots, 2 * pairs).SelectMany(slots => slots)];
        var values = tensor(rows.Ask(candidates, slots).Values).reshape(2, pairs, points.shape[0]);
        var slopes = (values[0] - values[1]).div_(2 * _radius).to(points.dtype, points.device);
        sum.add_((directions.flatten(2) * slopes.unsqueeze(2)).sum(dim: 0).reshape(sum.shape));
    }
}
