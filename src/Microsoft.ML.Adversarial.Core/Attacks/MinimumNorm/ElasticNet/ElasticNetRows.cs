using System.Numerics;
using System.Runtime.Intrinsics;
using Microsoft.ML.Adversarial.Attacks.Constraints;
using Microsoft.ML.Adversarial.Norms.Rows;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm.ElasticNet;

/// <summary>
/// Rows that pay ‖δ‖₂² + β‖δ‖₁ for a perturbation δ, in units of the bounds' width: x′ = S_β(y − α∇(c·f + ‖δ‖₂²)(y)),
/// y′ = x′ + k/(k + 3)·(x′ − x), where S_β moves features towards the originals by β, and those nearer than that all the way (arXiv:1709.04114,
/// equations 7 and 8, with the momentum of algorithm 1). The rows are at y.
/// </summary>
/// <typeparam name="T">Single or Double.</typeparam>
internal sealed class ElasticNetRows<T> : DescentRows<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double _unit;
    private readonly double _beta;
    private readonly DecisionRule _rule;
    private readonly RowBounds<T> _bounds;
    private readonly PaddedRows<T> _shrunk;
    private readonly PaddedRows<T> _squares;
    private readonly PaddedRows<T> _lengths;

    public ElasticNetRows(Tensor originals, BudgetUnits units, double beta, DecisionRule rule)
        : base(originals, originals, units)
    {
        (_unit, _beta, _rule) = (units.InputBounds(Features).TypicalWidth, beta, rule);
        _bounds = new(units.Bounds<T>(Features));
        (_shrunk, _squares, _lengths) = (Block(units.Of(originals)), Numbers(), Numbers());
        MeasureAll();
    }

    public override double Penalty(int row) =>
        (double.CreateTruncating(_squares.Values(row)[0]) / (_unit * _unit)) + (_beta / _unit * Length(row));

    public override double Size(int row) => _rule == DecisionRule.L1 ? Length(row) : Penalty(row);

    protected override void Move(int row, Span<Vector512<T>> gradient, int iteration, double rate)
    {
        var (pull, step) = (Lanes<T>.Of(1 - (2 * rate)), Lanes<T>.Of(rate * _unit * _unit));
        var (threshold, momentum) = (Lanes<T>.Of(_beta * _unit), Lanes<T>.Of(iteration / (iteration + 3.0)));
        var originals = Originals[row][..gradient.Length];
        var positions = Positions[row][..gradient.Length];
        var shrunk = _shrunk[row][..gradient.Length];
        var lower = _bounds.Lower[..gradient.Length];
        var upper = _bounds.Upper[..gradient.Length];
        for (var block = 0; block < gradient.Length; block++)
        {
            var original = originals[block];
            var change = (pull * (positions[block] - original)) - (step * gradient[block]);
            var size = Vector512.MaxNative(Vector512.Abs(change) - threshold, Vector512<T>.Zero);
            var next = Lanes<T>.Clamp(original + Vector512.CopySign(size, change), lower[block], upper[block]);
            positions[block] = Lanes<T>.Clamp(next + (momentum * (next - shrunk[block])), lower[block], upper[block]);
            shrunk[block] = next;
        }
    }

    protected override void Measure(int row)
    {
        var originals = Originals[row];
        var positions = Positions[row][..originals.Length];
        var (squares, lengths) = (Vector512<T>.Zero, Vector512<T>.Zero);
        for (var block = 0; block < originals.Length; block++)
        {
            var change = positions[block] - originals[block];
            squares += change * change;
            lengths += Vector512.Abs(change);
        }

        (_squares.Values(row)[0], _lengths.Values(row)[0]) = (Vector512.Sum(squares), Vector512.Sum(lengths));
    }

    private double Length(int row) => double.CreateTruncating(_lengths.Values(row)[0]);
}
