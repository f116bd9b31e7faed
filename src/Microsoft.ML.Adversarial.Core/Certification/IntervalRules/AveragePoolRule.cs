using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Certification.IntervalRules;

/// <summary>A mean over windows, which never falls when inputs grow.</summary>
internal sealed class AveragePoolRule(nn.Module<Tensor, Tensor> layer) : IIntervalRule
{
    public IntervalBounds Propagate(IntervalBounds input, double rounding)
    {
        var bounds = input.Through(layer.forward);

        // No window has more elements than the image.
        return rounding > 0
            ? bounds.Widened(layer.forward(input.Magnitude) * RoundingError.OfSum(input.Lower.shape[2] * input.Lower.shape[3], rounding))
            : bounds;
    }
}
