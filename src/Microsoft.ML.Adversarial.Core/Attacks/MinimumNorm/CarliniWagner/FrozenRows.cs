using System.Numerics;
using Microsoft.ML.Adversarial.Attacks.Constraints;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;

/// <summary>Rows that pay the square of their distance from the originals, of which some features stay as they are.</summary>
/// <typeparam name="T">Single or Double.</typeparam>
internal sealed class FrozenRows<T> : SquaredDistanceRows<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _frozen;

    /// <param name="starts">Where the rows begin, shape [M, …]; frozen features are those of the originals.</param>
    /// <param name="originals">The originals, in the same shape.</param>
    /// <param name="units">What rows are measured in.</param>
    /// <param name="frozen">Which features stay, in the same shape, Bool.</param>
    public FrozenRows(Tensor starts, Tensor originals, BudgetUnits units, Tensor frozen)
        : base(starts, originals, units)
    {
        _frozen = Block(Features);
        Values(frozen).CopyTo(_frozen);
    }

    /// <summary>How many features differ from the originals.</summary>
    public override double Size(int row)
    {
        var position = Row(Positions, row);
        var original = Row(Originals, row);
        var equal = 0;
        for (var feature = 0; feature < position.Length; feature++)
        {
            equal += position[feature] == original[feature] ? 1 : 0;
        }

        return position.Length - equal;
    }

    protected override void Move(int row, Span<T> position, Span<T> gradient, int iteration, double rate)
    {
        base.Move(row, position, gradient, iteration, rate);
        var frozen = Row(_frozen, row);
        var original = Row(Originals, row);
        for (var feature = 0; feature < position.Length; feature++)
        {
            position[feature] = frozen[feature] == T.Zero ? position[feature] : original[feature];
        }
    }
}
