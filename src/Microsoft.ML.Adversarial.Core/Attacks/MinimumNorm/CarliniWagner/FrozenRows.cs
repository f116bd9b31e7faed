using System.Numerics;
using System.Runtime.Intrinsics;
using Microsoft.ML.Adversarial.Attacks.Constraints;
using Microsoft.ML.Adversarial.Norms.Rows;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;

/// <summary>Rows that pay the square of their distance from the originals, of which some features stay as they are.</summary>
/// <typeparam name="T">Single or Double.</typeparam>
internal sealed class FrozenRows<T> : SquaredDistanceRows<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PaddedRows<T> _frozen;

    /// <param name="starts">Where the rows begin, shape [M, …]; frozen features are those of the originals.</param>
    /// <param name="originals">The originals, in the same shape.</param>
    /// <param name="units">What rows are measured in.</param>
    /// <param name="frozen">Which features stay, in the same shape, Bool.</param>
    public FrozenRows(Tensor starts, Tensor originals, BudgetUnits units, Tensor frozen)
        : base(starts, originals, units)
    {
        _frozen = Block(frozen);
    }

    /// <summary>How many features differ from the originals.</summary>
    public override double Size(int row)
    {
        var originals = Originals[row];
        var positions = Positions[row][..originals.Length];
        var changed = Vector512<T>.Zero;
        for (var block = 0; block < originals.Length; block++)
        {
            changed += Vector512.ConditionalSelect(Vector512.Equals(positions[block], originals[block]), Vector512<T>.Zero, Vector512<T>.One);
        }

        return double.CreateTruncating(Vector512.Sum(changed));
    }

    protected override void Move(int row, Span<Vector512<T>> gradient, int iteration, double rate)
    {
        base.Move(row, gradient, iteration, rate);
        var originals = Originals[row];
        var positions = Positions[row][..originals.Length];
        var frozen = _frozen[row][..originals.Length];
        for (var block = 0; block < originals.Length; block++)
        {
            positions[block] = Vector512.ConditionalSelect(Vector512.Equals(frozen[block], Vector512<T>.Zero), positions[block], originals[block]);
        }
    }
}
