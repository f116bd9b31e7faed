using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher.LayerRules;

/// <summary>
/// Normalisations: y = γ·x̂ + β. The gradients are Σδx̂ and Σδ over the positions that share a γ. A kind of normalisation says how x̂ follows
/// from the input, and which axes are positions.
/// </summary>
internal abstract class AffineRule(bool hasShift) : ILayerRule
{
    /// <summary>Whether there is a β.</summary>
    protected bool HasShift => hasShift;

    /// <inheritdoc/>
    public virtual Tensor? CheaperOutput(Tensor inputs) => null;

    /// <summary>The gradients themselves, [N, 1 or 2, …]: where they sum over positions, far smaller than cotangents.</summary>
    public Func<Tensor, Tensor> Condense(Tensor inputs)
    {
        var normalised = Normalised(inputs);
        return cotangent => Sums(cotangent, normalised);
    }

    public IReadOnlyList<Tensor> Grams(Tensor inputs, Tensor condensed) =>
        [.. condensed.unbind(2).Select(gradients => gradients.bmm(gradients.transpose(1, 2)))];

    public IReadOnlyList<Func<Tensor, Tensor>> Tangents(Tensor inputs, Tensor cotangent)
    {
        var normalised = Normalised(inputs);
        var scale = Sum(cotangent * normalised, keep: true);
        Tensor Scale(Tensor x) => scale * (ReferenceEquals(x, inputs) ? normalised : Normalised(x));
        if (!hasShift)
        {
            return [Scale];
        }

        var shift = Sum(cotangent, keep: true);
        return [Scale, _ => shift];
    }

    /// <summary>x̂, in the shape of the input.</summary>
    protected abstract Tensor Normalised(Tensor inputs);

    /// <summary>The axes of [N, …] that are positions: those, but the rows', on which γ is constant.</summary>
    protected abstract IEnumerable<long> Positions(long dimensions);

    /// <summary>Σδx̂ and, where there is a β, Σδ, shape [N, 1 or 2, …].</summary>
    protected virtual Tensor Sums(Tensor cotangent, Tensor normalised)
    {
        var scale = Sum(cotangent * normalised, keep: false).flatten(1);
        return hasShift ? stack([scale, Sum(cotangent, keep: false).flatten(1)], 1) : scale.unsqueeze(1);
    }

    private Tensor Sum(Tensor values, bool keep)
    {
        long[] axes = [.. Positions(values.dim())];
        return axes.Length == 0 ? values : values.sum(axes, keepdim: keep);
    }
}
