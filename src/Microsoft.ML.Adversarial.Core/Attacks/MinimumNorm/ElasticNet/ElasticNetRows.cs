using System.Numerics;
using System.Runtime.Intrinsics;
using Microsoft.ML.Adversarial.Attacks.Constraints;
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
    private readonly T[] _lower;
    private readonly T[] _upper;
    private readonly T[] _shrunk;
    private readonly T[] _squares;
    private readonly T[] _lengths;

    public ElasticNetRows(Tensor originals, BudgetUnits units, double beta, DecisionRule rule)
        : base(originals, originals, units)
    {
        (_unit, _beta, _rule) = (units.InputBounds(Features).TypicalWidth, beta, rule);
        (_lower, _upper) = units.Bounds<T>(Features);
        (_shrunk, _squares, _lengths) = (Block(Features), Block(1), Block(1));
        Originals.CopyTo(_shrunk);
        MeasureAll();
    }

    public override double Penalty(int row) =>
        (double.CreateTruncating(_squares[row]) / (_unit * _unit)) + (_beta / _unit * double.CreateTruncating(_lengths[row]));

    public override double Size(int row) => _rule == DecisionRule.L1 ? double.CreateTruncating(_lengths[row]) : Penalty(row);

    protected override void Move(int row, Span<T> position, Span<T> gradient, int iteration, double rate)
    {
        var original = Row(Originals, row);
        var shrunk = Row(_shrunk, row);
        var (pull, step) = (Lanes<T>.Of(1 - (2 * rate)), Lanes<T>.Of(rate * _unit * _unit));
        var (threshold, momentum) = (Lanes<T>.Of(_beta * _unit), Lanes<T>.Of(iteration / (iteration + 3.0)));
        for (var start = 0; start < position.Length; start += Lanes<T>.Count)
        {
            var origin = Lanes<T>.Load(original, start);
            var (lower, upper) = (Lanes<T>.Load(_lower, start), Lanes<T>.Load(_upper, start));
            var change = (pull * (Lanes<T>.Load(position, start) - origin)) - (step * Lanes<T>.Load(gradient, start));
            var size = Vector512.MaxNative(Vector512.Abs(change) - threshold, Vector512<T>.Zero);
            var next = Lanes<T>.Clamp(origin + Vector512.CopySign(size, change), lower, upper);
            var ahead = Lanes<T>.Clamp(next + (momentum * (next - Lanes<T>.Load(shrunk, start))), lower, upper);
            Lanes<T>.Store(next, shrunk, start);
            Lanes<T>.Store(ahead, position, start);
        }
    }

    protected override void Measure(int row, ReadOnlySpan<T> position)
    {
        var original = Row(Originals, row);
        var (squares, lengths) = (Vector512<T>.Zero, Vector512<T>.Zero);
        for (var start = 0; start < position.Length; start += Lanes<T>.Count)
        {
            var change = Lanes<T>.Load(position, start) - Lanes<T>.Load(original, start);
            squares += change * change;
            lengths += Vector512.Abs(change);
        }

        (_squares[row], _lengths[row]) = (Vector512.Sum(squares), Vector512.Sum(lengths));
    }
}
