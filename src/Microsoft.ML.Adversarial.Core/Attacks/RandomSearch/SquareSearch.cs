using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.RandomSearch;

/// <summary>The random search of the Square attack over a batch; rows that reach the goal leave it.</summary>
internal sealed class SquareSearch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly SquareAttack _attack;
    private readonly AttackContext<IClassifier> _context;
    private readonly AttackObjective _objective;
    private readonly SquareProposal<T> _proposal;
    private readonly Candidate[] _rows;
    private readonly Tensor _originals;
    private readonly Tensor _result;

    public SquareSearch(SquareAttack attack, AttackContext<IClassifier> context)
    {
        _attack = attack;
        _context = context;
        _objective = SquareAttack.ObjectiveFor(context.Goal);
        var shape = ImageShape.Of(context.Classifier.InputShape);
        _proposal = SquareProposal<T>.For(
            attack.ThreatModel.Norm, attack.ThreatModel.Epsilon, shape, context.Units.Bounds<T>(shape.Features));
        _rows = [.. Enumerable.Range(0, (int)context.Originals.shape[0]).Select(index => new Candidate(index))];
        _originals = InMainMemory(context.Units.Of(context.Originals));
        _result = _originals.clone();
    }

    /// <summary>The best points of all runs.</summary>
    public Tensor Result => Inputs(_result);

    /// <summary>Searches from a new start, for the rows that no run has broken.</summary>
    /// <param name="restart">Number of the run.</param>
    public void Run(int restart)
    {
        using var scope = NewDisposeScope();
        Candidate[] open = [.. _rows.Where(row => !row.IsReached)];
        if (open.Length == 0)
        {
            return;
        }

        var features = (int)(_result.numel() / _rows.Length);
        var block = new RowBlock<T, Candidate>(open, features);
        using var places = block.Places(row => row.Index);
        var origin = block.Add(_originals.index_select(0, places));
        var best = block.Add(origin);
        // Candidates are made anew from the best points: they need not move with their rows.
        var candidates = best.clone();
        foreach (var row in open)
        {
            row.Best = double.NegativeInfinity;
        }

        var goal = _context.Goal.Select(places.to(_context.Originals.device));
        for (var query = 0; query < _attack.Queries && block.Count > 0 && (query == 0 || !_context.WasCancelled); query++)
        {
            using var step = NewDisposeScope();
            Propose(block, origin, best, candidates, query, (restart * (long)_attack.Queries) + query + 1);
            var logits = _context.Classifier.Logits(Inputs(candidates.narrow(0, 0, block.Count)));
            if (Judge(block, best, candidates, logits, goal) && block.Count > 0)
            {
                using var left = block.Places(row => row.Index);
                goal = _context.Goal.Select(left.to(_context.Originals.device));
                goal.Classes.MoveToOuterDisposeScope();
            }
        }
    }

    private Tensor Inputs(Tensor points) => _context.Units.Undo(points.to(_context.Originals.dtype, _context.Originals.device));

    private static Tensor InMainMemory(Tensor values) => RowBlock<T, Candidate>.InMainMemory(values);

    private static Span<T> Cells(Tensor tensor) => RowBlock<T, Candidate>.Cells(tensor);

    private void Propose(RowBlock<T, Candidate> block, Tensor origin, Tensor best, Tensor candidates, int query, long stream)
    {
        using var scope = NewDisposeScope();
        var count = query == 0 ? _proposal.StartDraws : _proposal.StepDraws;
        long[] places = [.. block.Rows.ToArray().Select(row => (long)row.Index)];
        // A stream per query, so that a row's draws do not depend on when other rows left.
        var numbers = _context.Random.Select(places, stream).Uniform(empty([block.Count, count], ScalarType.Float32), 0, 1);
        var draws = MemoryMarshal.Cast<byte, float>(numbers.bytes);
        var centres = Cells(origin);
        var bests = Cells(best);
        var points = Cells(candidates);
        for (var slot = 0; slot < block.Count; slot++)
        {
            var point = block.Row(points, slot);
            block.Row(bests, slot).CopyTo(point);
            var row = new Draws(draws.Slice(slot * count, count));
            if (query == 0)
            {
                _proposal.Start(point, block.Row(centres, slot), row);
            }
            else
            {
                _proposal.Step(point, block.Row(centres, slot), _attack.Share(query), row);
            }
        }

        _context.Units.Restrict_(candidates.narrow(0, 0, block.Count), origin.narrow(0, 0, block.Count));
    }

    // Keeps what is better; returns whether rows left.
    private bool Judge(RowBlock<T, Candidate> block, Tensor best, Tensor candidates, Tensor logits, Goal goal)
    {
        var (values, _) = _objective.Evaluate(logits, goal);
        var margins = goal.ClearMargins(logits);
        var bests = Cells(best);
        var points = Cells(candidates);
        var results = Cells(_result);
        var before = block.Count;
        for (var slot = before - 1; slot >= 0; slot--)
        {
            var (row, value, margin) = (block.Rows[slot], values[slot], margins[slot]);
            if (value > row.Best || margin > 0)
            {
                row.Best = value;
                block.Row(points, slot).CopyTo(block.Row(bests, slot));
            }

            if (value > row.BestOfRuns || margin > 0)
            {
                row.BestOfRuns = value;
                block.Row(points, slot).CopyTo(block.Row(results, row.Index));
            }

            if (margin > 0)
            {
                row.IsReached = true;
                block.Remove(slot);
            }
        }

        return block.Count < before;
    }

    private sealed class Candidate(int index)
    {
        public int Index { get; } = index;

        public double Best { get; set; }

        public double BestOfRuns { get; set; } = double.NegativeInfinity;

        public bool IsReached { get; set; }
    }
}
