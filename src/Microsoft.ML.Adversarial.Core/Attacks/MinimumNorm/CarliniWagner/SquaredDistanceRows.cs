using System.Numerics;
using System.Runtime.Intrinsics;
using Microsoft.ML.Adversarial.Attacks.Constraints;
using Microsoft.ML.Adversarial.Norms.Rows;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;

/// <summary>Rows that pay the square of their distance from the originals, in units of the bounds' width.</summary>
/// <typeparam name="T">Single or Double.</typeparam>
internal class SquaredDistanceRows<T> : TanhRows<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double _unit;
    private readonly PaddedRows<T> _squares;

    public SquaredDistanceRows(Tensor starts, Tensor originals, BudgetUnits units)
        : base(starts, originals, units)
    {
        _unit = units.InputBounds(Features).TypicalWidth;
        _squares = Numbers();
        MeasureAll();
    }

    public override double Penalty(int row) => Square(row) / (_unit * _unit);

    public override double Size(int row) => Math.Sqrt(Square(row));

    protected override void AddSlope(int row, Span<Vector512<T>> gradient)
    {
        var factor = Lanes<T>.Of(2 / (_unit * _unit));
        var originals = Originals[row][..gradient.Length];
        var positions = Positions[row][..gradient.Length];
        for (var block = 0; block < gradient.Length; block++)
        {
            gradient[block] += factor * (positions[block] - originals[block]);
        }
    }

    protected override void Measure(int row)
    {
        var originals = Originals[row];
        var positions = Positions[row][..originals.Length];
        var squares = Vector512<T>.Zero;
        for (var block = 0; block < originals.Length; block++)
        {
            var change = positions[block] - originals[block];
            squares += change * change;
        }

        _squares.Values(row)[0] = Vector512.Sum(squares);
    }

    private double Square(int row) => double.CreateTruncating(_squares.Values(row)[0]);
}
