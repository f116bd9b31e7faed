using System.Numerics;
using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms.Rows;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm;

/// <summary>A search that steps back and forth over the boundary and remembers the smallest perturbation that reached the goal, row by row.</summary>
/// <typeparam name="T">Element type of the inputs.</typeparam>
internal sealed class BoundaryWalk<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly AttackContext<IDifferentiableClassifier> _context;
    private readonly RowNorm<T> _norm;
    private readonly RowBounds<T> _bounds;
    private readonly BoundaryRow[] _rows;
    private readonly PaddedRows<T> _originals;
    private readonly PaddedRows<T> _changes;
    private readonly PaddedRows<T> _scratch;
    private readonly Tensor _positions;
    private readonly Tensor _smallest;
    private readonly Tensor _inputs;

    public BoundaryWalk(AttackContext<IDifferentiableClassifier> context)
    {
        _context = context;
        _norm = RowNorm<T>.Of(context.ThreatModel.Norm);
        _positions = context.Units.Of(context.Originals).cpu().contiguous().clone();
        _smallest = _positions.clone();
        _inputs = context.Originals.clone().requires_grad_();
        var (count, features) = ((int)_inputs.shape[0], (int)(_inputs.numel() / _inputs.shape[0]));
        _bounds = new RowBounds<T>(context.Units.Bounds<T>(features));
        (_originals, _changes, _scratch) = (new(count, features), new(count, features), new(2, features));
        var cells = new RowCells<T>(_positions);
        _rows = new BoundaryRow[count];
        for (var row = 0; row < count; row++)
        {
            _rows[row] = new BoundaryRow(row);
            cells[row].CopyTo(_originals.Values(row));
        }
    }

    /// <summary>One forward and one backward pass, and a step for every row.</summary>
    public void Take(BoundaryStep<T> boundaryStep, AttackObjective objective, int step)
    {
        using var scope = NewDisposeScope();
        var gradient = _context.Classifier.InputGradient(_inputs, logits =>
        {
            Look(logits);
            return objective.Cotangent(logits, _context.Goal);
        });
        var gradients = new RowCells<T>(_context.Units.Slopes(gradient, _inputs, _context.Originals).cpu().contiguous());
        var positions = new RowCells<T>(_positions);
        foreach (var row in _rows)
        {
            gradients[row.Index].CopyTo(_scratch.Values(0));
            boundaryStep.Take(row, _changes[row.Index], _scratch[0], step);
            _context.Units.Restrict_(_changes.Values(row.Index));
            _bounds.Move(_scratch[1], _changes[row.Index], _originals[row.Index]);
            boundaryStep.Settle(row, _scratch[1], _changes[row.Index], _originals[row.Index]);
            _scratch.Values(1).CopyTo(positions[row.Index]);
            row.Size = _norm.Measure(_changes[row.Index]);
        }

        using var noGrad = no_grad();
        _inputs.copy_(Inputs(_positions));
    }

    /// <summary>Looks where the last step led, for a forward pass, and offers what was found, for another.</summary>
    public void End(SmallestFound found)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Look(_context.Classifier.Logits(_inputs));
        var smallest = Inputs(_smallest);
        found.Offer_(smallest, _context.Classifier.Logits(smallest));
    }

    private Tensor Inputs(Tensor positions) => _context.Units.Undo(positions.to(_inputs.device));

    private void Look(Tensor logits)
    {
        var margins = _context.Goal.ClearMargins(logits);
        var positions = new RowCells<T>(_positions);
        var smallest = new RowCells<T>(_smallest);
        foreach (var row in _rows)
        {
            row.Margin = margins[row.Index];
            if (row.Reached && row.Size < row.Smallest)
            {
                row.Smallest = row.Size;
                positions[row.Index].CopyTo(smallest[row.Index]);
            }
        }
    }
}
