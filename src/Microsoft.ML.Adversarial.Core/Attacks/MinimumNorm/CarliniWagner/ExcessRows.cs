using System.Numerics;
using System.Runtime.Intrinsics;
using Microsoft.ML.Adversarial.Attacks.Constraints;
using Microsoft.ML.Adversarial.Norms.Rows;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;

/// <summary>Rows that pay for what their features change by beyond a limit τ, in units of the bounds' width.</summary>
/// <typeparam name="T">Single or Double.</typeparam>
internal sealed class ExcessRows<T> : TanhRows<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double _unit;
    private readonly PaddedRows<T> _changes;
    private readonly PaddedRows<T> _limits;
    private readonly PaddedRows<T> _excesses;
    private readonly PaddedRows<T> _sizes;

    /// <param name="starts">Where the rows begin, shape [M, …].</param>
    /// <param name="originals">The originals, in the same shape.</param>
    /// <param name="units">What rows are measured in.</param>
    /// <param name="limits">τ, shape [M].</param>
    public ExcessRows(Tensor starts, Tensor originals, BudgetUnits units, Tensor limits)
        : base(starts, originals, units)
    {
        _unit = units.InputBounds(Features).TypicalWidth;
        _changes = new(1, Features);
        (_limits, _excesses, _sizes) = (Numbers(limits), Numbers(), Numbers());
        MeasureAll();
    }

    public override double Penalty(int row) => double.CreateTruncating(_excesses.Values(row)[0]) / _unit;

    public override double Size(int row) => double.CreateTruncating(_sizes.Values(row)[0]);

    protected override void AddSlope(int row, Span<Vector512<T>> gradient)
    {
        var (slope, limit) = (Lanes<T>.Of(1 / _unit), Vector512.Create(_limits.Values(row)[0]));
        var originals = Originals[row][..gradient.Length];
        var positions = Positions[row][..gradient.Length];
        for (var block = 0; block < gradient.Length; block++)
        {
            var change = positions[block] - originals[block];
            var beyond = Vector512.GreaterThan(Vector512.Abs(change), limit);
            gradient[block] += Vector512.ConditionalSelect(beyond, Vector512.CopySign(slope, change), Vector512<T>.Zero);
        }
    }

    protected override void Measure(int row)
    {
        var limit = Vector512.Create(_limits.Values(row)[0]);
        var originals = Originals[row];
        var positions = Positions[row][..originals.Length];
        var changes = _changes[0][..originals.Length];
        var excess = Vector512<T>.Zero;
        for (var block = 0; block < originals.Length; block++)
        {
            changes[block] = positions[block] - originals[block];
            excess += Vector512.Max(Vector512.Abs(changes[block]) - limit, Vector512<T>.Zero);
        }

        _excesses.Values(row)[0] = Vector512.Sum(excess);
        _sizes.Values(row)[0] = T.CreateTruncating(LInfinityRowNorm<T>.Largest(changes));
    }
}
