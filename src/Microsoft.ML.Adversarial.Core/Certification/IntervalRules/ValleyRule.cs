using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Certification.IntervalRules;

/// <summary>An activation that falls to one minimum and then grows, such as GELU and SiLU: the upper bound is at an end of the interval.</summary>
/// <param name="layer">The activation.</param>
/// <param name="lowest">Where its minimum is.</param>
/// <param name="least">A number that it nowhere falls below, next to its minimum.</param>
internal sealed class ValleyRule(nn.Module<Tensor, Tensor> layer, double lowest, double least) : IIntervalRule
{
    public static ValleyRule GELU(nn.Module<Tensor, Tensor> layer) => new(layer, -0.751791524693565, -0.169971207480);

    public static ValleyRule SiLU(nn.Module<Tensor, Tensor> layer) => new(layer, -1.278464542761074, -0.278464542762);

    public IntervalBounds Propagate(IntervalBounds input, double rounding)
    {
        var ends = input.Through(layer.forward);
        var holdsMinimum = input.Lower.le(lowest).logical_and(input.Upper.ge(lowest));
        var bounds = new IntervalBounds(
            minimum(ends.Lower, ends.Upper).masked_fill(holdsMinimum, least), maximum(ends.Lower, ends.Upper));
        return rounding > 0 ? bounds.Widened(input.Magnitude * RoundingError.OfFunction(rounding)) : bounds;
    }
}
