using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm;

/// <summary>One descent of c·f + D from where the rows begin. What it comes across is offered; rows that are done leave the batch.</summary>
internal sealed class PenaltyDescent
{
    private const int ChecksPerDescent = 10;
    private const double LeastGain = 5e-3;

    private readonly PenaltyAttack _attack;
    private readonly AttackContext<IDifferentiableClassifier> _context;
    private readonly SmallestFound _found;
    private readonly DescentRows _moving;
    private readonly Tensor _reached;
    private Tensor _slots;
    private Tensor _rows;
    private Tensor _constants;
    private Tensor? _limits;
    private Tensor _lastLosses;
    private Tensor _lastSizes;
    private Goal _goal;

    /// <param name="attack">The settings.</param>
    /// <param name="context">The rows of the search.</param>
    /// <param name="found">What was found for them.</param>
    /// <param name="rows">Which of them descend, shape [M], Int64.</param>
    /// <param name="constants">c, shape [M].</param>
    /// <param name="moving">Where the rows are, and how they move.</param>
    /// <param name="limits">A row is done as soon as it reaches the goal with a size of at most this, shape [M]; null: it looks for smaller ones.</param>
    public PenaltyDescent(
        PenaltyAttack attack, AttackContext<IDifferentiableClassifier> context, SmallestFound found, Tensor rows, Tensor constants,
        DescentRows moving, Tensor? limits = null)
    {
        (_attack, _context, _found, _moving) = (attack, context, found, moving);
        (_rows, _constants, _limits) = (rows.alias(), constants.alias(), limits?.alias());
        _slots = arange(rows.shape[0], device: rows.device);
        _reached = zeros_like(rows, ScalarType.Bool);
        _lastLosses = full_like(constants, double.PositiveInfinity);
        _lastSizes = found.Sizes.index_select(0, rows);
        _goal = context.Goal.Select(rows);
    }

    /// <summary>Descends.</summary>
    /// <returns>Which rows reached the goal, within their limits; shape [M], Bool.</returns>
    public Tensor Run()
    {
        for (var iteration = 0; iteration < _attack.Iterations && _slots.shape[0] > 0 && !_context.WasCancelled; iteration++)
        {
            using var scope = NewDisposeScope();
            var leaving = _slots;
            var gradient = _context.Classifier.InputGradient(_moving.Inputs, logits =>
            {
                var demanded = _attack.Demand(logits, _goal);
                leaving = Look(demanded, iteration).MoveToOuterDisposeScope();
                return _attack.Objective.Cotangent(demanded, _goal).mul_(_constants.unsqueeze(1));
            });
            using var noGrad = no_grad();
            _moving.Move(gradient, iteration, _attack.Rate(iteration));
            Leave(leaving);
        }

        return _reached;
    }

    // Takes note of what was reached, and says who leaves: shape [M], Bool.
    private Tensor Look(Tensor logits, int iteration)
    {
        var reached = _found.Offer_(_moving.Inputs, logits, _moving.Sizes, _rows);
        var leaving = zeros_like(reached);
        if (_limits is not null)
        {
            reached.logical_and_(_moving.Sizes.less_equal(_limits));
            leaving.logical_or_(reached);
        }

        _reached.index_copy_(0, _slots, _reached.index_select(0, _slots).logical_or_(reached));
        if (_attack.AbortEarly && iteration % Math.Max(1, _attack.Iterations / ChecksPerDescent) == 0)
        {
            leaving.logical_or_(Stalls(logits));
        }

        return leaving;
    }

    // A loss that goes up and down around the boundary says little: a row that came across something smaller goes on.
    private Tensor Stalls(Tensor logits)
    {
        var losses = (_attack.Objective.Value(logits, _goal) * _constants).add_(_moving.Penalties);
        var sizes = _found.Sizes.index_select(0, _rows);
        // No comparison holds for NaN: a row with such a loss leaves.
        var better = losses.less_equal(_lastLosses * (1 - LeastGain)).logical_or_(sizes.less(_lastSizes * (1 - LeastGain)));
        _lastLosses.copy_(losses);
        _lastSizes.copy_(sizes);
        return better.logical_not_();
    }

    private void Leave(Tensor leaving)
    {
        var staying = leaving.logical_not().nonzero().flatten();
        if (staying.shape[0] == _slots.shape[0])
        {
            return;
        }

        (_slots, _rows, _constants) = (Keep(_slots), Keep(_rows), Keep(_constants));
        (_lastLosses, _lastSizes, _limits) = (Keep(_lastLosses), Keep(_lastSizes), _limits is null ? null : Keep(_limits));
        _goal = _context.Goal.With(Keep(_goal.Classes));
        using var onCpu = staying.cpu();
        _moving.Keep(onCpu.data<long>().ToArray());

        Tensor Keep(Tensor values)
        {
            using (values)
            {
                return values.index_select(0, staying).MoveToOuterDisposeScope();
            }
        }
    }
}
