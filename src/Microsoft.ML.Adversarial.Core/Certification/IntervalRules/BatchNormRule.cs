using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Certification.IntervalRules;

/// <summary>Batch normalisation by its running statistics: y = a·x + c with one a and c per channel.</summary>
internal sealed class BatchNormRule(NormBase layer) : IIntervalRule
{
    public IntervalBounds Propagate(IntervalBounds input, double rounding)
    {
        var factor = PerChannel(layer.weight!) * (PerChannel(layer.running_var!) + layer.eps).rsqrt();
        var (mean, offset) = (PerChannel(layer.running_mean!), PerChannel(layer.bias!));
        var centre = ((input.Centre - mean) * factor) + offset;
        var radius = input.Radius * factor.abs();
        if (rounding > 0)
        {
            radius = radius + (RoundingError.OfFunction(rounding) * (((input.Magnitude + mean.abs()) * factor.abs()) + offset.abs()));
        }

        return new(centre - radius, centre + radius);

        Tensor PerChannel(Tensor values) =>
            values.to(input.Lower.dtype).reshape([1, -1, .. Enumerable.Repeat(1L, (int)input.Lower.dim() - 2)]);
    }
}
