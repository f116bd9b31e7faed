using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Certification.IntervalRules;

/// <summary>A convolution is linear: the centre goes through the layer, the radius through |W|. Padding zeros have radius 0.</summary>
internal sealed class ConvolutionRule(Conv2dLayer definition, Conv2d layer) : IIntervalRule
{
    public IntervalBounds Propagate(IntervalBounds input, double rounding)
    {
        var (weight, bias) = (layer.weight!.to(input.Lower.dtype), layer.bias?.to(input.Lower.dtype));
        var centre = Convolve(input.Centre, weight, bias);
        var radius = input.Radius;
        if (rounding == 0)
        {
            radius = Convolve(radius, weight.abs(), null);
        }
        else
        {
            // One convolution for both: |W|(r + γ|x|) + γ|b|.
            var error = RoundingError.OfSum(weight.numel() / weight.shape[0], rounding);
            radius = Convolve(radius + (error * input.Magnitude), weight.abs(), bias is null ? null : bias.abs() * error);
        }

        return new(centre - radius, centre + radius);
    }

    private Tensor Convolve(Tensor input, Tensor weight, Tensor? bias) => nn.functional.conv2d(
        input, weight, bias, Pair(definition.Stride), Pair(definition.Padding), Pair(definition.Dilation), definition.Groups);

    private static long[] Pair(Size2d size) => [size.Height, size.Width];
}
