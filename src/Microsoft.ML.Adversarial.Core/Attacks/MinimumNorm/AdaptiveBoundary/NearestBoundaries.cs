using System.Numerics;
using System.Runtime.Intrinsics;
using Microsoft.ML.Adversarial.Attacks.Constraints;
using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Norms.Rows;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm.AdaptiveBoundary;

/// <summary>For every row the nearest boundary to cross, as the linearised classifier has it: gap + w·δ = 0.</summary>
/// <typeparam name="T">Element type of the inputs.</typeparam>
/// <param name="norm">What distances are measured in.</param>
/// <param name="units">What rows are measured in.</param>
/// <param name="rows">How many rows at most.</param>
/// <param name="features">Values per row.</param>
internal sealed class NearestBoundaries<T>(Norm norm, BudgetUnits units, int rows, int features)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // A step that ends at the boundary itself may never reach the goal: bounds, or another boundary, can cut what goes beyond.
    private const double NoiseFactor = 5;

    private readonly RowNorm<T> _dual = RowNorm<T>.Of(norm.Dual);
    private readonly PaddedRows<T> _weights = new(rows, features);
    private readonly PaddedRows<T> _slope = new(1, features);
    private readonly double[] _distances = new double[rows];
    private readonly double[] _gaps = new double[rows];

    /// <summary>w of a row; 0 where there is no gradient.</summary>
    public ReadOnlySpan<Vector512<T>> Weights(int row) => _weights[row];

    /// <summary>How far beyond the boundary a row is, times ‖w‖: below 0 before it.</summary>
    public double Gap(int row) => _gaps[row];

    /// <summary>Linearises around the inputs.</summary>
    /// <param name="inputs">Shape [M, …], a leaf.</param>
    /// <param name="logits">Theirs, shape [M, classes], in the graph.</param>
    /// <param name="goal">Theirs.</param>
    /// <param name="classes">Classes to go to, shape [M, K], Int64; null for a goal that names one.</param>
    /// <param name="originals">Where the inputs came from, shape [M, …].</param>
    public void Linearise(Tensor inputs, Tensor logits, Goal goal, Tensor? classes, Tensor originals)
    {
        using var scope = NewDisposeScope();
        var exact = logits.detach().to(ScalarType.Float64);
        var beyond = exact.abs().amax([1]).mul_(NoiseFactor * BatchNoise.ShareIn(logits));
        Array.Fill(_distances, double.PositiveInfinity);
        if (classes is null)
        {
            // Several boundaries meet where a target is likeliest: the one to the likeliest other class alone leads from one to the next and back.
            var (gaps, cotangent) = (AttackObjective.LogOdds.Value(exact, goal), AttackObjective.LogOdds.Cotangent(exact, goal));
            Compare(inputs.GradientOf(logits, cotangent.to(logits.dtype)), gaps.sub_(beyond), inputs, originals);
            return;
        }

        var from = goal.Classes.unsqueeze(1);
        foreach (var to in classes.split(1, 1))
        {
            using var one = NewDisposeScope();
            var sign = ones_like(to, logits.dtype);
            var slopes = inputs.GradientOf(logits, zeros_like(logits).scatter_(1, to, sign).scatter_add_(1, from, -sign));
            Compare(slopes, (exact.gather(1, to) - exact.gather(1, from)).squeeze(1).sub_(beyond), inputs, originals);
        }
    }

    private void Compare(Tensor gradients, Tensor gaps, Tensor inputs, Tensor originals)
    {
        var cells = new RowCells<T>(RowBlock<T, long>.InMainMemory(units.Slopes(gradients, inputs, originals)));
        var exact = gaps.cpu().data<double>();
        for (var row = 0; row < exact.Count; row++)
        {
            cells[row].CopyTo(_slope.Values(0));
            var distance = Math.Abs(exact[row]) / _dual.Measure(_slope[0]);
            if (distance < _distances[row])
            {
                (_distances[row], _gaps[row]) = (distance, exact[row]);
                _slope[0].CopyTo(_weights[row]);
            }
            else if (double.IsPositiveInfinity(_distances[row]))
            {
                _weights[row].Clear();
            }
        }
    }
}
