using System.Numerics;
using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm.AdaptiveBoundary;

/// <summary>Rows on their way along the boundary from one start; what reaches the goal is offered.</summary>
/// <typeparam name="T">Element type of the inputs.</typeparam>
internal sealed class AdaptiveBoundaryWalk<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly AdaptiveBoundaryAttack _attack;
    private readonly AttackContext<IDifferentiableClassifier> _context;
    private readonly SmallestFound _found;
    private readonly Tensor? _allClasses;
    private readonly AdaptiveBoundaryStep<T> _step;
    private readonly NearestBoundaries<T> _boundaries;
    private readonly RowBlock<T, long> _block;
    private readonly Tensor _origins;
    private readonly Tensor _points;
    private readonly double[] _sizes;
    private Tensor _rows;
    private Tensor? _classes;
    private Goal _goal;

    /// <param name="attack">The settings.</param>
    /// <param name="context">The rows of the search.</param>
    /// <param name="found">What was found for them.</param>
    /// <param name="rows">Which of them walk.</param>
    /// <param name="classes">Classes to go to of all rows of the search, shape [N, K], Int64; null for a goal that names one.</param>
    /// <param name="start">Where the walk begins, shape [M, …].</param>
    public AdaptiveBoundaryWalk(
        AdaptiveBoundaryAttack attack, AttackContext<IDifferentiableClassifier> context, SmallestFound found, long[] rows, Tensor? classes, Tensor start)
    {
        (_attack, _context, _found, _allClasses) = (attack, context, found, classes);
        var features = (int)(start.numel() / start.shape[0]);
        _step = new(attack, context.Units.Bounds<T>(features));
        _boundaries = new(attack.ThreatModel.Norm, context.Units, (int)start.shape[0], features);
        _block = new(rows, features);
        var places = tensor(rows, device: start.device);
        _origins = _block.Add(context.Units.Of(context.Originals.index_select(0, places)));
        _points = _block.Add(context.Units.Of(start));
        _sizes = new double[_block.Count];
        (_rows, _classes, _goal) = Select(places);
    }

    /// <summary>Takes all steps, but for rows that leave.</summary>
    public void Run()
    {
        for (var step = 0; step < _attack.Steps && _block.Count > 0 && !_context.WasCancelled; step++)
        {
            using var scope = NewDisposeScope();
            Move();
            using var noGrad = no_grad();
            Look();
        }
    }

    private static Span<T> Cells(Tensor tensor) => RowBlock<T, long>.Cells(tensor);

    private Tensor Inputs() => _context.Units.Undo(_points.narrow(0, 0, _block.Count).to(_context.Originals.dtype, _context.Originals.device));

    private (Tensor Rows, Tensor? Classes, Goal Goal) Select(Tensor rows) =>
        (rows, _allClasses?.index_select(0, rows), _context.Goal.Select(rows));

    private void Move()
    {
        var leaf = Inputs().detach().requires_grad_();
        _boundaries.Linearise(leaf, _context.Classifier.Logits(leaf), _goal, _classes, _context.Originals.index_select(0, _rows));
        var points = Cells(_points);
        var origins = Cells(_origins);
        for (var slot = 0; slot < _block.Count; slot++)
        {
            _sizes[slot] = _step.Take(_block.Row(points, slot), _block.Row(origins, slot), _boundaries.Weights(slot), _boundaries.Gap(slot));
            _context.Units.Restrict_(_block.Row(points, slot), _block.Row(origins, slot));
        }
    }

    private void Look()
    {
        var inputs = Inputs();
        var logits = _context.Classifier.Logits(inputs);
        bool[] reached = [.. _goal.ClearMargins(logits).Select(margin => margin > 0)];
        if (!reached.Contains(true))
        {
            return;
        }

        Offer(inputs, logits);
        var points = Cells(_points);
        var origins = Cells(_origins);
        for (var slot = reached.Length - 1; slot >= 0; slot--)
        {
            if (_attack.StopAtSuccess && _found.Sizes[_block.Rows[slot]] <= _attack.ThreatModel.Epsilon)
            {
                _block.Remove(slot);
            }
            else if (reached[slot])
            {
                _step.Return(_block.Row(points, slot), _block.Row(origins, slot));
            }
        }

        if (_block.Count > 0 && _block.Count < reached.Length)
        {
            (_rows, _classes, _goal) = Select(_block.Places(row => row).to(_rows.device));
            _rows.MoveToOuterDisposeScope();
            _classes?.MoveToOuterDisposeScope();
            _goal.Classes.MoveToOuterDisposeScope();
        }
    }

    // Under constraints, the size is that of what the inputs become.
    private void Offer(Tensor inputs, Tensor logits)
    {
        if (_context.Units.ArePlain)
        {
            _found.Offer_(inputs, logits, _goal, _sizes[.._block.Count], _block.Rows.ToArray());
        }
        else
        {
            _found.Offer_(inputs, logits, _rows);
        }
    }
}
