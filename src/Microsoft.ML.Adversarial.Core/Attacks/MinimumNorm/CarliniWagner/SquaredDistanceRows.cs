using System.Numerics;
using System.Runtime.Intrinsics;
using Microsoft.ML.Adversarial.Attacks.Constraints;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;

/// <summary>Rows that pay the square of their distance from the originals, in units of the bounds' width.</summary>
/// <typeparam name="T">Single or Double.</typeparam>
internal class SquaredDistanceRows<T> : TanhRows<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double _unit;
    private readonly T[] _squares;

    public SquaredDistanceRows(Tensor starts, Tensor originals, BudgetUnits units)
        : base(starts, originals, units)
    {
        _unit = units.InputBounds(Features).TypicalWidth;
        _squares = Block(1);
        MeasureAll();
    }

    public override double Penalty(int row) => double.CreateTruncating(_squares[row]) / (_unit * _unit);

    public override double Size(int row) => Math.Sqrt(double.CreateTruncating(_squares[row]));

    protected override void AddSlope(int row, ReadOnlySpan<T> position, Span<T> gradient)
    {
        var original = Row(Originals, row);
        var factor = Lanes<T>.Of(2 / (_unit * _unit));
        for (var start = 0; start < gradient.Length; start += Lanes<T>.Count)
        {
            var change = Lanes<T>.Load(position, start) - Lanes<T>.Load(original, start);
            Lanes<T>.Store(Lanes<T>.Load(gradient, start) + (factor * change), gradient, start);
        }
    }

    protected override void Measure(int row, ReadOnlySpan<T> position)
    {
        var original = Row(Originals, row);
        var squares = Vector512<T>.Zero;
        for (var start = 0; start < position.Length; start += Lanes<T>.Count)
        {
            var change = Lanes<T>.Load(position, start) - Lanes<T>.Load(original, start);
            squares += change * change;
        }

        _squares[row] = Vector512.Sum(squares);
    }
}
