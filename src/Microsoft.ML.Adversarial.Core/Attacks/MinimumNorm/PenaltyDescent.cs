using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm;

/// <summary>One descent of c·f + D from where the rows begin. What it comes across is offered; rows that are done leave the batch.</summary>
internal sealed class PenaltyDescent
{
    private const int ChecksPerDescent = 10;

    private readonly PenaltyAttack _attack;
    private readonly AttackContext<IDifferentiableClassifier> _context;
    private readonly SmallestFound _found;
    private readonly DescentRows _moving;
    private PenaltyRow[] _rows;
    private long[] _indices;
    private double[] _constants;
    private Goal _goal;

    /// <param name="attack">The settings.</param>
    /// <param name="context">The rows of the search.</param>
    /// <param name="found">What was found for them.</param>
    /// <param name="rows">Those that descend.</param>
    /// <param name="moving">Where they are, and how they move.</param>
    public PenaltyDescent(
        PenaltyAttack attack, AttackContext<IDifferentiableClassifier> context, SmallestFound found, PenaltyRow[] rows, DescentRows moving)
    {
        (_attack, _context, _found, _moving) = (attack, context, found, moving);
        (_rows, _indices, _constants) = (rows, PenaltyRow.Indices(rows), [.. rows.Select(row => row.Constant)]);
        _goal = GoalOf(_indices);
        foreach (var row in rows)
        {
            row.Begin(found.Sizes[row.Index]);
        }
    }

    /// <summary>Descends; the rows know afterwards whether they reached the goal.</summary>
    public void Run()
    {
        for (var iteration = 0; iteration < _attack.Iterations && _rows.Length > 0 && !_context.WasCancelled; iteration++)
        {
            using var scope = NewDisposeScope();
            var leaving = Array.Empty<bool>();
            var gradient = _context.Classifier.InputGradient(_moving.Inputs, logits =>
            {
                var (losses, cotangent) = _attack.Objective.Evaluate(_attack.Demand(logits, _goal), _goal, _constants);
                leaving = Look(logits, losses, iteration);
                return cotangent;
            });
            using var noGrad = no_grad();
            _moving.Move(gradient, iteration, _attack.Rate(iteration));
            Leave(leaving);
        }
    }

    private Goal GoalOf(long[] indices) => _context.Goal.Select(tensor(indices, device: _context.Originals.device));

    // Takes note of what was reached, and says who leaves.
    private bool[] Look(Tensor logits, double[] losses, int iteration)
    {
        double[] sizes = [.. Enumerable.Range(0, _rows.Length).Select(_moving.Size)];
        var reached = _found.Offer_(_moving.Inputs, logits, _goal, sizes, _indices);
        var isCheck = _attack.AbortEarly && iteration % Math.Max(1, _attack.Iterations / ChecksPerDescent) == 0;
        var leaving = new bool[_rows.Length];
        for (var place = 0; place < leaving.Length; place++)
        {
            var row = _rows[place];
            leaving[place] = reached[place] && row.IsDoneAt(sizes[place]);
            if (isCheck)
            {
                leaving[place] |= row.Stalls((row.Constant * losses[place]) + _moving.Penalty(place), _found.Sizes[row.Index]);
            }
        }

        return leaving;
    }

    private void Leave(bool[] leaving)
    {
        var staying = Enumerable.Range(0, leaving.Length).Where(place => !leaving[place]).ToArray();
        if (staying.Length == leaving.Length)
        {
            return;
        }

        (_rows, _indices, _constants) = (Keep(_rows), Keep(_indices), Keep(_constants));
        _goal = GoalOf(_indices);
        _goal.Classes.MoveToOuterDisposeScope();
        _moving.Keep(staying);

        T[] Keep<T>(T[] values) => [.. staying.Select(place => values[place])];
    }
}
