using System.Numerics;
using System.Runtime.Intrinsics;
using Microsoft.ML.Adversarial.Norms.Rows;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm;

/// <summary>How a walk over the boundary moves a row.</summary>
/// <typeparam name="T">Element type of the inputs.</typeparam>
internal abstract class BoundaryStep<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected static L2RowNorm<T> L2 { get; } = new();

    /// <summary>Moves a row's perturbation; the bounds are kept afterwards.</summary>
    /// <param name="row">Where the row is.</param>
    /// <param name="changes">The perturbation, written in place.</param>
    /// <param name="gradient">Of the margin or of what else the attack wants to grow.</param>
    /// <param name="step">How many steps were taken before.</param>
    public abstract void Take(BoundaryRow row, Span<Vector512<T>> changes, ReadOnlySpan<Vector512<T>> gradient, int step);

    /// <summary>What is done once the bounds have cut a row's perturbation down.</summary>
    /// <param name="row">Where the row is.</param>
    /// <param name="position">The perturbed row, written in place.</param>
    /// <param name="changes">The perturbation, written in place.</param>
    /// <param name="original">The row as it came.</param>
    public virtual void Settle(BoundaryRow row, Span<Vector512<T>> position, Span<Vector512<T>> changes, ReadOnlySpan<Vector512<T>> original)
    {
    }

    /// <summary>Adds a step of an L2 length along the gradient; none where there is no gradient.</summary>
    protected static void Climb(Span<Vector512<T>> changes, ReadOnlySpan<Vector512<T>> gradient, double length)
    {
        var slope = L2.Measure(gradient);
        if (!(slope > 0 && double.IsFinite(slope)))
        {
            return;
        }

        // A gradient that is smaller than 1 over the largest number of the type does not fit into one factor.
        var (unit, scale) = (Vector512.Create(T.CreateChecked(1 / Math.Sqrt(slope))), Vector512.Create(T.CreateChecked(length / Math.Sqrt(slope))));
        for (var block = 0; block < changes.Length; block++)
        {
            changes[block] += gradient[block] * unit * scale;
        }
    }
}
