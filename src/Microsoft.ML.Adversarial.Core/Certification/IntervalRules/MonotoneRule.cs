using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Certification.IntervalRules;

/// <summary>A layer whose outputs never fall when inputs grow: the lower bounds go through it, and the upper ones.</summary>
/// <param name="layer">The layer.</param>
/// <param name="isExact">Whether it only chooses among its inputs and constants, so that nothing is rounded.</param>
/// <param name="size">Of the constants that it adds to what it computes, for the size of rounding errors.</param>
internal sealed class MonotoneRule(nn.Module<Tensor, Tensor> layer, bool isExact, double size = 0) : IIntervalRule
{
    // Not call: nobody's hooks are to take bounds for activations.
    public IntervalBounds Propagate(IntervalBounds input, double rounding)
    {
        var bounds = input.Through(layer.forward);
        return isExact || rounding == 0
            ? bounds
            : bounds.Widened((bounds.Magnitude + input.Magnitude + size) * RoundingError.OfFunction(rounding));
    }
}
