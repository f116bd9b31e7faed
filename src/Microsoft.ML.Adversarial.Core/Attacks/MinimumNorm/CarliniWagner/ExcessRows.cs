using System.Numerics;
using System.Runtime.Intrinsics;
using Microsoft.ML.Adversarial.Attacks.Constraints;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;

/// <summary>Rows that pay for what their features change by beyond a limit τ, in units of the bounds' width.</summary>
/// <typeparam name="T">Single or Double.</typeparam>
internal sealed class ExcessRows<T> : TanhRows<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double _unit;
    private readonly T[] _limits;
    private readonly T[] _excesses;
    private readonly T[] _sizes;

    /// <param name="starts">Where the rows begin, shape [M, …].</param>
    /// <param name="originals">The originals, in the same shape.</param>
    /// <param name="units">What rows are measured in.</param>
    /// <param name="limits">τ, shape [M].</param>
    public ExcessRows(Tensor starts, Tensor originals, BudgetUnits units, Tensor limits)
        : base(starts, originals, units)
    {
        _unit = units.InputBounds(Features).TypicalWidth;
        (_limits, _excesses, _sizes) = (Block(1), Block(1), Block(1));
        Values(limits).CopyTo(_limits);
        MeasureAll();
    }

    public override double Penalty(int row) => double.CreateTruncating(_excesses[row]) / _unit;

    public override double Size(int row) => double.CreateTruncating(_sizes[row]);

    protected override void AddSlope(int row, ReadOnlySpan<T> position, Span<T> gradient)
    {
        var original = Row(Originals, row);
        var (slope, limit) = (Lanes<T>.Of(1 / _unit), Vector512.Create(_limits[row]));
        for (var start = 0; start < gradient.Length; start += Lanes<T>.Count)
        {
            var change = Lanes<T>.Load(position, start) - Lanes<T>.Load(original, start);
            var beyond = Vector512.GreaterThan(Vector512.Abs(change), limit);
            var added = Vector512.ConditionalSelect(beyond, Vector512.CopySign(slope, change), Vector512<T>.Zero);
            Lanes<T>.Store(Lanes<T>.Load(gradient, start) + added, gradient, start);
        }
    }

    protected override void Measure(int row, ReadOnlySpan<T> position)
    {
        var original = Row(Originals, row);
        var limit = Vector512.Create(_limits[row]);
        var (excess, largest) = (Vector512<T>.Zero, Vector512<T>.Zero);
        for (var start = 0; start < position.Length; start += Lanes<T>.Count)
        {
            var change = Vector512.Abs(Lanes<T>.Load(position, start) - Lanes<T>.Load(original, start));
            excess += Vector512.Max(change - limit, Vector512<T>.Zero);
            largest = Vector512.Max(largest, change);
        }

        _excesses[row] = Vector512.Sum(excess);
        _sizes[row] = T.Zero;
        for (var lane = 0; lane < Lanes<T>.Count; lane++)
        {
            _sizes[row] = T.Max(_sizes[row], largest[lane]);
        }
    }
}
