using Microsoft.ML.Adversarial.Networks.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Certification.IntervalRules;

/// <summary>
/// Softplus, which grows everywhere but at its threshold, where it goes over into the identity and falls by log(1 + exp(−threshold)) / beta: nothing
/// by default, much with a low threshold.
/// </summary>
internal sealed class SoftplusRule(SoftplusLayer definition, nn.Module<Tensor, Tensor> layer) : IIntervalRule
{
    private readonly MonotoneRule _monotone = new(layer, isExact: false, 1 / definition.Beta);
    private readonly double _drop = double.LogP1(Math.Exp(-definition.Threshold)) / definition.Beta;

    public IntervalBounds Propagate(IntervalBounds input, double rounding)
    {
        var bounds = _monotone.Propagate(input, rounding);
        return new(bounds.Lower - _drop, bounds.Upper + _drop);
    }
}
