using System.Numerics;
using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.AdaptiveSteps;

/// <summary>
/// One ascent of Auto-PGD. Points and gradients of rows lie in main memory, wherever the classifier works: there a row's step is one loop, and
/// a row leaves without moving the others.
/// </summary>
/// <typeparam name="T">Element type of the inputs.</typeparam>
internal sealed class AdaptiveAscent<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // α of the paper is 0.75: a quarter of the last step comes on top of the next.
    private const double Momentum = 0.25;

    private readonly AdaptiveStepAttack _attack;
    private readonly AttackContext<IDifferentiableClassifier> _context;
    private readonly Goal _allAscent;
    private readonly bool _isRehearsal;
    private readonly AdaptiveStep<T> _rule;
    private readonly RowBlock<T, AscentRow> _block;
    private readonly AscentRow[] _rows;
    private readonly Tensor _origin;
    private readonly Tensor _best;
    private readonly Tensor _bestGradient;
    private readonly Tensor _result;
    private Tensor _current;
    private Tensor _previous;
    private Goal _goal;
    private Goal _ascent;

    /// <param name="attack">The settings.</param>
    /// <param name="context">The rows, and what counts as success.</param>
    /// <param name="ascent">What the objective ascends towards.</param>
    /// <param name="start">Where to start, shape [N, …].</param>
    /// <param name="epsilon">Radius of the ball.</param>
    /// <param name="isRehearsal">Whether points that reach the goal count for nothing, since the ball is too large.</param>
    public AdaptiveAscent(
        AdaptiveStepAttack attack, AttackContext<IDifferentiableClassifier> context, Goal ascent, Tensor start, double epsilon, bool isRehearsal)
    {
        _attack = attack;
        _context = context;
        _isRehearsal = isRehearsal;
        _goal = context.Goal;
        _ascent = ascent;
        _allAscent = ascent;
        var originals = context.Originals;
        var features = (int)(originals.numel() / originals.shape[0]);
        _rule = AdaptiveStep<T>.For(attack.ThreatModel.Norm, epsilon, context.Units.Bounds<T>(features));
        _rows = [.. Enumerable.Range(0, (int)originals.shape[0]).Select(index => new AscentRow(index))];
        _block = new(_rows, features);
        _origin = _block.Add(context.Units.Of(originals));
        _current = _block.Add(context.Units.Of(start));
        Project();
        _previous = _block.Add(_current);
        _best = _block.Add(_current);
        _bestGradient = _block.Add(zeros_like(_current));
        _result = _current.clone();
    }

    /// <summary>Ascends.</summary>
    /// <param name="iterations">How many steps to take.</param>
    public AscentResult Run(int iterations)
    {
        var checkpoints = _rule.Checkpoints(iterations).ToHashSet();
        var checkpoint = 0;
        Tensor? lastGradient = null;
        for (var iteration = 0; _block.Count > 0; iteration++)
        {
            using var scope = NewDisposeScope();
            var isEnd = iteration == iterations || _context.WasCancelled;
            var gradient = Evaluate(withGradient: !isEnd);
            Keep(gradient, lastGradient);
            lastGradient?.Dispose();
            lastGradient = gradient?.MoveToOuterDisposeScope();
            if (isEnd || gradient is null)
            {
                break;
            }

            if (checkpoints.Contains(iteration))
            {
                Adapt(gradient, iteration - checkpoint);
                checkpoint = iteration;
            }

            Move(gradient, iteration == 0 ? 0 : Momentum);
        }

        return Result();
    }

    private static Span<T> Cells(Tensor tensor) => RowBlock<T, AscentRow>.Cells(tensor);

    private void Project()
    {
        var current = Cells(_current);
        var origin = Cells(_origin);
        for (var slot = 0; slot < _block.Count; slot++)
        {
            var point = _block.Row(current, slot);
            var centre = _block.Row(origin, slot);
            _context.Units.Restrict_(point, centre);
            _rule.Project(point, centre);
            _rule.Begin(_block.Rows[slot], point, centre);
        }
    }

    // Evaluates the current points; returns the gradient unless that is not wanted.
    private Tensor? Evaluate(bool withGradient)
    {
        foreach (var row in _block.Rows)
        {
            (row.LastObjective, row.Objective, row.Margin) = (row.Objective, 0, 0);
        }

        var inputs = Inputs(_current.narrow(0, 0, _block.Count));
        Tensor? sum = null;
        for (var sample = 0; sample < _attack.ExpectationSamples; sample++)
        {
            using var scope = NewDisposeScope();
            if (!withGradient)
            {
                Note(_context.Classifier.Logits(inputs));
                continue;
            }

            using var grad = enable_grad();
            var gradient = _context.Classifier.InputGradient(inputs.detach().requires_grad_(), Note);
            _context.NoteGradient(gradient);
            sum = sum is null ? gradient.MoveToOuterDisposeScope() : sum.add_(gradient);
        }

        return sum is null ? null : RowBlock<T, AscentRow>.InMainMemory(
            _context.Units.Slopes(sum, inputs, Inputs(_origin.narrow(0, 0, _block.Count))));
    }

    // Tells the rows how they fare; returns the cotangent.
    private Tensor Note(Tensor logits)
    {
        var (objectives, cotangent) = _attack.Objective.Evaluate(logits.detach(), _ascent);
        var margins = _goal.ClearMargins(logits);
        for (var slot = 0; slot < margins.Length; slot++)
        {
            var row = _block.Rows[slot];
            row.Objective += objectives[slot];
            row.Margin += margins[slot];
        }

        return cotangent;
    }

    // Keeps what is better than before; rows that need nothing better leave.
    private void Keep(Tensor? gradient, Tensor? lastGradient)
    {
        var current = Cells(_current);
        var previous = Cells(_previous);
        var best = Cells(_best);
        var result = Cells(_result);
        var bestSlopes = Cells(_bestGradient);
        var slopes = gradient is null ? Span<T>.Empty : Cells(gradient);
        var lastSlopes = lastGradient is null ? Span<T>.Empty : Cells(lastGradient);
        var before = _block.Count;
        for (var slot = before - 1; slot >= 0; slot--)
        {
            var row = _block.Rows[slot];
            var isReached = row.Margin > 0 && !_isRehearsal;
            row.Increases += row.Objective > row.LastObjective ? 1 : 0;
            if (row.Objective > row.Best)
            {
                if (row.IsBestReached && !isReached)
                {
                    _block.Row(row.IsAtBest ? previous : best, slot).CopyTo(_block.Row(result, row.Index));
                    row.StoredReached = row.Best;
                }

                (row.Best, row.IsAtBest, row.IsBestReached) = (row.Objective, true, isReached);
            }
            else
            {
                if (row.IsAtBest)
                {
                    _block.Row(previous, slot).CopyTo(_block.Row(best, slot));
                    _block.Row(lastSlopes, slot).CopyTo(_block.Row(bestSlopes, slot));
                    row.IsAtBest = false;
                }

                if (isReached && !row.IsBestReached && row.Objective > row.StoredReached)
                {
                    _block.Row(current, slot).CopyTo(_block.Row(result, row.Index));
                    row.StoredReached = row.Objective;
                }
            }

            if (isReached && _attack.StopAtSuccess)
            {
                _block.Row(current, slot).CopyTo(_block.Row(result, row.Index));
                (row.StoredReached, row.IsBestReached) = (row.Objective, false);
                _block.Remove(slot, slopes);
            }
        }

        if (_block.Count > 0 && _block.Count < before)
        {
            using var places = _block.Places(row => row.Index).to(_goal.Classes.device);
            (_goal, _ascent) = (_context.Goal.Select(places), _allAscent.Select(places));
            _goal.Classes.MoveToOuterDisposeScope();
            _ascent.Classes.MoveToOuterDisposeScope();
        }
    }

    private void Adapt(Tensor gradient, int steps)
    {
        var current = Cells(_current);
        var best = Cells(_best);
        var origin = Cells(_origin);
        var slopes = Cells(gradient);
        var bestSlopes = Cells(_bestGradient);
        for (var slot = 0; slot < _block.Count; slot++)
        {
            var row = _block.Rows[slot];
            var bestPoint = _block.Row(row.IsAtBest ? current : best, slot);
            if (_rule.Adapt(row, steps, _attack.Rho, bestPoint, _block.Row(origin, slot)) && !row.IsAtBest)
            {
                _block.Row(best, slot).CopyTo(_block.Row(current, slot));
                _block.Row(bestSlopes, slot).CopyTo(_block.Row(slopes, slot));
            }

            row.Increases = 0;
        }
    }

    private void Move(Tensor gradient, double momentum)
    {
        var current = Cells(_current);
        var next = Cells(_previous);
        var origin = Cells(_origin);
        var slopes = Cells(gradient);
        for (var slot = 0; slot < _block.Count; slot++)
        {
            var point = _block.Row(current, slot);
            var centre = _block.Row(origin, slot);
            var slope = _block.Row(slopes, slot);
            _rule.Move(_block.Rows[slot], _block.Row(next, slot), point, slope, centre, momentum);
            _context.Units.Restrict_(_block.Row(next, slot), centre);
        }

        (_current, _previous) = (_previous, _current);
    }

    private Tensor Inputs(Tensor points) => _context.Units.Undo(points.to(_context.Originals.dtype, _context.Originals.device));

    private AscentResult Result()
    {
        var current = Cells(_current);
        var best = Cells(_best);
        var result = Cells(_result);
        for (var slot = 0; slot < _block.Count; slot++)
        {
            var row = _block.Rows[slot];
            if (row.IsBestReached || !row.IsReached)
            {
                _block.Row(row.IsAtBest ? current : best, slot).CopyTo(_block.Row(result, row.Index));
            }
        }

        return new(
            Inputs(_result),
            [.. _rows.Select(row => row.IsReached && !row.IsBestReached ? row.StoredReached : row.Best)], [.. _rows.Select(row => row.IsReached)]);
    }
}
